using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>
/// <c>GET /ready</c>: whether the process accepts requests. It answers 503 from the stop signal on, while running requests continue.
/// A process whose configuration on disk is bad is ready, because an earlier one is in force, and says so.
/// </summary>
internal sealed class ReadyEndpoint : IEndpoint
{
    private static readonly byte[] Ready = [.. "{\"status\":\"ready\"}"u8];
    private static readonly byte[] ReadyWithBadFiles = [.. "{\"status\":\"ready\",\"configuration\":\"bad\"}"u8];
    private static readonly byte[] Draining = [.. "{\"status\":\"draining\"}"u8];

    public Task HandleAsync(Exchange exchange)
    {
        if (!exchange.IsDraining)
            return exchange.WriteAsync(exchange.Reload?.Failure is null ? Ready : ReadyWithBadFiles, "application/json; charset=utf-8", 200);
        exchange.Http.Response.Headers.RetryAfter = "1";
        // Asked through nginx, the question is whether any process is ready, so another one may answer.
        return HandOver.TryPassOn(exchange) ? Task.CompletedTask : exchange.WriteAsync(Draining, "application/json; charset=utf-8", 503);
    }
}
