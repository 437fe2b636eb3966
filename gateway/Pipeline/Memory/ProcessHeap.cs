namespace Dragoman.Pipeline.Memory;

/// <summary>The heap of this process.</summary>
internal sealed class ProcessHeap : IHeap
{
    /// <summary>The time between two checks of whether a background collection is done; it takes some tens of milliseconds.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(2);

    private const int MostLooks = 1000;

    private ProcessHeap()
    {
    }

    public static ProcessHeap Instance { get; } = new();

    public long Unused
    {
        get
        {
            var last = GC.GetGCMemoryInfo(GCKind.Any);
            return last.TotalCommittedBytes - last.HeapSizeBytes + last.FragmentedBytes;
        }
    }

    public void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);

    public async Task CollectInBackgroundAsync()
    {
        var before = GC.GetGCMemoryInfo(GCKind.Background).Index;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        for (var looks = 0; GC.GetGCMemoryInfo(GCKind.Background).Index == before && looks < MostLooks; looks++)
            await Task.Delay(BetweenLooks).ConfigureAwait(false);
    }

    public void GiveBack() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
