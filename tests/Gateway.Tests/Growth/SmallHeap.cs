namespace Dragoman.Gateway.Tests.Growth;

/// <summary>
/// Removes the garbage of all other tests. Only work with a large input allocates so much that a collection interrupts it, and the
/// collection takes the longer, the more there is.
/// </summary>
public sealed class SmallHeap
{
    public SmallHeap() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
