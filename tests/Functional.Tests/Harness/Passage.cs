namespace Dragoman.Functional.Tests.Harness;

/// <summary>A plan that waits for the request whose text names it, and what the request met on its way.</summary>
internal sealed class Passage(string marker, FaultPlan plan)
{
    private readonly List<ProxiedExchange> exchanges = [];
    private readonly TaskCompletionSource<ProxiedExchange> first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>To be said somewhere in the request. The provider reads the same words whatever the plan, so its answer is the same.</summary>
    public string Marker { get; } = marker;

    public FaultPlan Plan { get; } = plan;

    /// <summary>The gateway's request, once it has come.</summary>
    public Task<ProxiedExchange> First => first.Task.WaitAsync(Eventually.Deadline);

    /// <summary>One for each time that the gateway has tried.</summary>
    public IReadOnlyList<ProxiedExchange> Exchanges
    {
        get
        {
            lock (exchanges)
                return [.. exchanges];
        }
    }

    public ProxiedExchange Begin(ProxiedRequest request)
    {
        var exchange = new ProxiedExchange(request);
        lock (exchanges)
            exchanges.Add(exchange);
        first.TrySetResult(exchange);
        return exchange;
    }
}
