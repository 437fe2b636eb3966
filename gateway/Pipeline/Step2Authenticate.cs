namespace Dragoman.Pipeline;

/// <summary>Step 2: identifies the caller.</summary>
public static class Step2Authenticate
{
    /// <exception cref="Conversation.GatewayException">The caller is unknown or not allowed.</exception>
    public static async ValueTask RunAsync(Exchange exchange) =>
        exchange.Caller = await exchange.Snapshot.Access.AuthenticateAsync(exchange.Http.Request, exchange.Http.RequestAborted).ConfigureAwait(false);
}
