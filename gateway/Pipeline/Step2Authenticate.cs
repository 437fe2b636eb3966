namespace Dragoman.Pipeline;

/// <summary>Step 2: who calls.</summary>
public static class Step2Authenticate
{
    /// <exception cref="Conversation.GatewayException">The caller is not known or not allowed.</exception>
    public static async ValueTask RunAsync(Exchange exchange) =>
        exchange.Caller = await exchange.Snapshot.Access.AuthenticateAsync(exchange.Http.Request, exchange.Http.RequestAborted).ConfigureAwait(false);
}
