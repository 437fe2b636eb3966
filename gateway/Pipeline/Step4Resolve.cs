using Dragoman.Catalog;
using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>Step 4: from the name that a client gave to the model behind it.</summary>
public static class Step4Resolve
{
    /// <summary>Null when nothing is published under the name.</summary>
    /// <exception cref="GatewayException">The client gave something that cannot be a name, and expects to be told so.</exception>
    public static async ValueTask<PublishedModel?> FindAsync(Exchange exchange, string name, ClientTraits client)
    {
        if (ModelName.NamesBothSources(name))
            throw GatewayException.Invalid("model", $"use either :local or :cloud, not both: \"{name}\"");
        var model = await exchange.Snapshot.Catalogue.FindAsync(name).ConfigureAwait(false);
        if (model is null && client.RefusesMalformedNames && name.Length > 0 && !ModelName.TryParse(name, out _))
            throw GatewayException.Invalid("model", "invalid model name");
        return model;
    }

    /// <summary>The text that clients of the generation endpoints match (specs/ollama.md 0.7).</summary>
    public static GatewayError NotFound(string name) => new(ErrorKind.ModelNotFound, $"model '{name}' not found") { Field = "model" };
}
