using Microsoft.Extensions.Logging;

namespace Dragoman.Pipeline;

/// <summary>What outlives a request: the clock, and the one place where the snapshot is swapped.</summary>
/// <param name="first">The snapshot to start with.</param>
/// <param name="clock">The source of all times.</param>
/// <param name="loggers">Where the process's log goes.</param>
/// <param name="handsOver">Whether this process may give a request back for the functions to answer; only the sidecar may.</param>
public sealed class GatewayRuntime(GatewaySnapshot first, TimeProvider clock, ILoggerFactory loggers, bool handsOver) : IDisposable
{
    private volatile GatewaySnapshot snapshot = first;

    public TimeProvider Clock { get; } = clock;

    /// <summary>Takes a line for each settled request.</summary>
    public ILogger SettlementLogger { get; } = loggers.CreateLogger("Dragoman.Settlement");

    public bool HandsOver { get; } = handsOver;

    public Drain Drain { get; } = new(clock);

    /// <summary>Whether the front has said that another process answers what this one refuses.</summary>
    public bool HasSiblings { get; internal set; }

    public RecentModels RecentModels { get; } = new(clock);

    public ReasoningMemory ReasoningMemory { get; } = new(clock);

    public GatewaySnapshot Snapshot
    {
        get => snapshot;
        set => snapshot = value;
    }

    public void Dispose() => Drain.Dispose();
}
