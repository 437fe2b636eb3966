using System.Buffers;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Step 4: from the name that a client gave to the model behind it.</summary>
public static class Step4Resolve
{
    /// <summary>Finds the model of a request that is to be answered.</summary>
    /// <param name="exchange">The exchange whose request is resolved.</param>
    /// <param name="dialect">The client's.</param>
    /// <param name="request">What was read.</param>
    /// <returns>The model, and whom its answer goes to; null when the request was answered here, or handed over.</returns>
    /// <exception cref="GatewayException">There is no such model, or it lacks what is asked.</exception>
    internal static async Task<(PublishedModel Model, Recipient Client)?> RunAsync(Exchange exchange, IInboundDialect dialect, ChatRequest request)
    {
        var model = await FindAsync(exchange, request.Model, request.Client).ConfigureAwait(false)
            ?? throw new GatewayException(NotFound(request.Model));
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        var context = new AnswerContext(request, exchange.RequestId, exchange.Clock, exchange.StartedAt) { Envelope = exchange.Snapshot.Envelope };
        var local = new ArrayBufferWriter<byte>();
        if (dialect.TryAnswerLocally(context, local))
        {
            exchange.RecentModels.Use(model, request.KeepAlive);
            await exchange.WriteJsonAsync(local).ConfigureAwait(false);
            return null;
        }

        if (dialect.FindMissingCapability(request, model.Metadata.Capabilities) is { } missing)
            throw new GatewayException(missing);
        exchange.RecentModels.Use(model, request.KeepAlive);
        // What is refused or needs no provider is answered here; only what costs time is given back.
        return HandOver.TryHandOver(exchange, request, model) ? null : (model, new Recipient(exchange, dialect, context));
    }

    /// <summary>Null when nothing is published under the name.</summary>
    /// <exception cref="GatewayException">The client sent a value that cannot be a name, and expects an error for it.</exception>
    public static async ValueTask<PublishedModel?> FindAsync(Exchange exchange, string name, ClientTraits client)
    {
        if (ModelName.NamesBothSources(name))
            throw GatewayException.Invalid("model", $"use either :local or :cloud, not both: \"{name}\"");
        var model = await exchange.Snapshot.Catalog.FindAsync(name).ConfigureAwait(false);
        if (model is null && client.RefusesMalformedNames && name.Length > 0 && !ModelName.TryParse(name, out _))
            throw GatewayException.Invalid("model", "invalid model name");
        return model;
    }

    /// <summary>The text that clients of the generation endpoints match (specs/ollama.md 0.7).</summary>
    public static GatewayError NotFound(string name) => new(ErrorKind.ModelNotFound, $"model '{name}' not found") { Field = "model" };
}
