namespace Dragoman.Functional.Tests.Harness;

/// <summary>A plan for the request whose text holds its marker, and the exchanges that the request caused.</summary>
internal sealed class Passage(string marker, FaultPlan plan)
{
    private readonly List<ProxiedExchange> exchanges = [];
    private readonly TaskCompletionSource<ProxiedExchange> first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The text to put into the request. The provider's answer does not depend on the plan.</summary>
    public string Marker { get; } = marker;

    public FaultPlan Plan { get; } = plan;

    /// <summary>The gateway's first request, once it has arrived.</summary>
    public Task<ProxiedExchange> First => first.Task.WaitAsync(Eventually.Deadline);

    /// <summary>One exchange for each try of the gateway.</summary>
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
