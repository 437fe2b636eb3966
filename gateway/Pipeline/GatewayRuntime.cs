using Dragoman.Pipeline.Memory;
using Dragoman.Pipeline.State;
using Microsoft.Extensions.Logging;

namespace Dragoman.Pipeline;

/// <summary>What outlives a request: the clock, the snapshot, and what is remembered.</summary>
public sealed class GatewayRuntime : IDisposable
{
    /// <param name="snapshot">The configuration that the process runs with; the runtime disposes it.</param>
    /// <param name="clock">The source of all times.</param>
    /// <param name="loggers">Where the process's log goes.</param>
    /// <param name="handsOver">Whether this process may give a request back for the functions to answer; only the sidecar may.</param>
    public GatewayRuntime(GatewaySnapshot snapshot, TimeProvider clock, ILoggerFactory loggers, bool handsOver)
    {
        Snapshot = snapshot;
        Clock = clock;
        SettlementLogger = loggers.CreateLogger("Dragoman.Settlement");
        HandsOver = handsOver;
        Drain = new Drain(clock);
        RecentModels = new RecentModels(clock);
        ReasoningMemory = new ReasoningMemory(clock);
        Memory = new MemoryBudget(MemoryBudget.CapacityFor(snapshot.Configuration.Limits.MemoryBytes), clock, () => Drain.Running, ProcessHeap.Instance);
        GatewayMetrics.Observe(Memory);
    }

    public TimeProvider Clock { get; }

    /// <summary>Takes a line for each settled request.</summary>
    public ILogger SettlementLogger { get; }

    public bool HandsOver { get; }

    public Drain Drain { get; }

    /// <summary>Whether the front has said that another process answers what this one refuses.</summary>
    public bool HasSiblings { get; internal set; }

    public RecentModels RecentModels { get; }

    public ReasoningMemory ReasoningMemory { get; }

    public MemoryBudget Memory { get; }

    public GatewaySnapshot Snapshot { get; }

    public void Dispose()
    {
        Memory.Dispose();
        Drain.Dispose();
        Snapshot.Dispose();
    }
}
