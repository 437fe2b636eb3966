using System.Buffers;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Step 4: finds the model for the name in the request.</summary>
public static class Step4Resolve
{
    /// <summary>Finds the model of a request that is to be answered.</summary>
    /// <param name="exchange">The exchange whose request is resolved.</param>
    /// <param name="dialect">The client's dialect.</param>
    /// <param name="request">The request that was read.</param>
    /// <returns>The model and the recipient of its answer; null when the request was answered here or handed over.</returns>
    /// <exception cref="GatewayException">There is no such model, it lacks a capability that the request needs, or a limit of requests is used up.</exception>
    internal static async Task<(PublishedModel Model, Recipient Client)?> RunAsync(Exchange exchange, IInboundDialect dialect, ChatRequest request)
    {
        var model = await FindAsync(exchange, request.Model, request.Client).ConfigureAwait(false)
            ?? throw new GatewayException(NotFound(request.Model));
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        var context = new AnswerContext(request, exchange.RequestId, exchange.Clock, exchange.StartedAt) { Envelope = exchange.Envelope };
        var local = new ArrayBufferWriter<byte>();
        if (dialect.TryAnswerLocally(context, local))
        {
            await Step2Authenticate.AdmitAsync(exchange).ConfigureAwait(false);
            exchange.RecentModels.Use(model, request.KeepAlive);
            await exchange.WriteJsonAsync(local).ConfigureAwait(false);
            return null;
        }

        if (dialect.FindMissingCapability(request, model.Metadata.Capabilities) is { } missing)
            throw new GatewayException(missing);
        // Refusals, and answers that need no provider, are given here. Only requests that take time are handed over.
        var isHandedOver = HandOver.TryHandOver(exchange, request, model);
        if (!isHandedOver)
            await Step2Authenticate.AdmitAsync(exchange).ConfigureAwait(false);
        exchange.RecentModels.Use(model, request.KeepAlive);
        return isHandedOver ? null : (model, new Recipient(exchange, dialect, context));
    }

    /// <summary>Finds the model with a published name; null when there is none.</summary>
    /// <exception cref="GatewayException">The name is malformed, and the client expects an error for it.</exception>
    public static async ValueTask<PublishedModel?> FindAsync(Exchange exchange, string name, ClientTraits client)
    {
        if (ModelName.NamesBothSources(name))
            throw GatewayException.Invalid("model", RequestText.LocalAndCloud(name));
        var model = await FindAsync(exchange, name).ConfigureAwait(false);
        if (model is null && client.RefusesMalformedNames && name.Length > 0 && !ModelName.TryParse(name, out _))
            throw GatewayException.Invalid("model", FixedText.InvalidModelName);
        return model;
    }

    /// <summary>Finds the model with a published name, whatever the form of the name; null when there is none.</summary>
    /// <exception cref="GatewayException">The caller must not use the model.</exception>
    public static async ValueTask<PublishedModel?> FindAsync(Exchange exchange, string name)
    {
        var model = await exchange.Snapshot.Catalog.FindAsync(name).ConfigureAwait(false);
        if (model is not null && exchange.Caller!.FindModelRefusal(model.Name, model.TaggedName) is { } refusal)
            throw new GatewayException(refusal);
        return model;
    }

    /// <summary>The models that the caller may use.</summary>
    /// <exception cref="GatewayException">A provider could not be asked for its models.</exception>
    public static async ValueTask<IReadOnlyList<PublishedModel>> ListAsync(Exchange exchange)
    {
        var models = await exchange.Snapshot.Catalog.ListAsync().ConfigureAwait(false);
        var caller = exchange.Caller!;
        return caller.Allow.Count == 0 ? models : [.. models.Where(model => caller.FindModelRefusal(model.Name, model.TaggedName) is null)];
    }

    /// <summary>The error for an unknown model. Clients of the generation endpoints match its text (specs/ollama.md 0.7).</summary>
    public static GatewayError NotFound(string name) => new(ErrorKind.ModelNotFound, FixedText.ModelNotFound(name)) { Field = "model" };
}
