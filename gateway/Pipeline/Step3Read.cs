using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Requests;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Step 3: the client's dialect reads the body, within the limits of time and size.</summary>
public static class Step3Read
{
    /// <summary>Reads a request to a chat model, to be answered or to be counted.</summary>
    /// <param name="exchange">The exchange whose body is read.</param>
    /// <param name="read">The dialect's reader.</param>
    /// <exception cref="GatewayException">The request is malformed, exceeds a limit, or takes too long to read.</exception>
    internal static Task<ChatRequest> RunAsync(Exchange exchange, Func<JsonElement, RequestContext, ChatRequest> read)
    {
        // The request may contain state that was sealed.
        var preparing = exchange.Snapshot.States.PrepareAsync(exchange.Http.RequestAborted);
        return preparing.IsCompletedSuccessfully ? ReadAsync(exchange, read) : ReadAfterAsync(preparing, exchange, read);
    }

    /// <summary>Reads a request that is not for a chat model, such as texts to embed.</summary>
    /// <inheritdoc cref="RunAsync(Exchange, Func{JsonElement, RequestContext, ChatRequest})"/>
    public static Task<T> RunAsync<T>(Exchange exchange, Func<JsonElement, WorkLimit, T> read) => RunAsync(exchange, (body, work) => read(body.RootElement, work));

    private static async Task<ChatRequest> ReadAfterAsync(ValueTask preparing, Exchange exchange, Func<JsonElement, RequestContext, ChatRequest> read)
    {
        await preparing.ConfigureAwait(false);
        return await ReadAsync(exchange, read).ConfigureAwait(false);
    }

    private static Task<ChatRequest> ReadAsync(Exchange exchange, Func<JsonElement, RequestContext, ChatRequest> read) => RunAsync(exchange, (body, _) =>
    {
        var request = exchange.Own(read(body.RootElement, exchange.RequestContext), body);
        RequestLimits.Check(request);
        return request;
    });

    private static async Task<T> RunAsync<T>(Exchange exchange, Func<RequestJson, WorkLimit, T> read)
    {
        using var body = await exchange.ReadJsonAsync().ConfigureAwait(false);
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        return exchange.Read(work => read(body, work));
    }
}
