using System.Buffers;
using System.Text.Json;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>POST /api/show</c> (specs/ollama.md 2.5).</summary>
internal sealed class OllamaShowEndpoint : IEndpoint
{
    private const string Copilot = "GitHubCopilotChat/";

    public async Task HandleAsync(Exchange exchange)
    {
        string name;
        string system;
        using (var body = await exchange.ReadJsonAsync().ConfigureAwait(false))
        {
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            var request = RequestObject.OfBody(body.RootElement, ignoreCase: true);
            name = OllamaModelArgument.Read(request);
            system = request.String("system") ?? "";
            _ = request.Bool("verbose");
            _ = request.Object("options");
        }

        if (name.Length == 0)
            throw GatewayException.Invalid("model", FixedText.ModelRequired);
        var model = await Step4Resolve.FindAsync(exchange, name, OllamaRequest.Client).ConfigureAwait(false)
            ?? throw new GatewayException(new GatewayError(ErrorKind.ModelNotFound, FixedText.ModelNotFound(ModelName.Tagged(name))));
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
            OllamaModelObject.WriteShown(writer, model, DisplayName(exchange, name, model), system);
        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }

    /// <summary>The name in the answer. Copilot finds its models by the name that it sent; others get Ollama's form.</summary>
    private static string DisplayName(Exchange exchange, string asked, PublishedModel model)
    {
        if (exchange.Http.Request.Headers.UserAgent.ToString().StartsWith(Copilot, StringComparison.Ordinal))
            return asked;
        var name = model.TaggedName ?? model.Name;
        return name.EndsWith(":latest", StringComparison.Ordinal) ? name[..^":latest".Length] : name;
    }
}
