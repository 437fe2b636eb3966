namespace Dragoman.Pipeline;

/// <summary>What outlives a request: the clock, and the one place where the snapshot is swapped.</summary>
public sealed class GatewayRuntime(GatewaySnapshot first, TimeProvider clock)
{
    private volatile GatewaySnapshot snapshot = first;

    public TimeProvider Clock { get; } = clock;

    public GatewaySnapshot Snapshot
    {
        get => snapshot;
        set => snapshot = value;
    }
}
