using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>GET /ready</c>: the process takes requests. Turns red as soon as it is told to stop, while what it has begun goes on.</summary>
internal sealed class ReadyEndpoint : IEndpoint
{
    private static readonly byte[] Ready = [.. "{\"status\":\"ready\"}"u8];
    private static readonly byte[] Draining = [.. "{\"status\":\"draining\"}"u8];

    public Task HandleAsync(Exchange exchange)
    {
        if (!exchange.IsDraining)
            return exchange.WriteAsync(Ready, "application/json; charset=utf-8", 200);
        exchange.Http.Response.Headers.RetryAfter = "1";
        // At the front door it is asked whether anybody is ready.
        return HandOver.TryPassOn(exchange) ? Task.CompletedTask : exchange.WriteAsync(Draining, "application/json; charset=utf-8", 503);
    }
}
