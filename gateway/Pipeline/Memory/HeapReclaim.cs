namespace Dragoman.Pipeline.Memory;

/// <summary>
/// Runs collections so that returned memory can be used again. The garbage collector itself would keep large unused buffers
/// as long as the machine has free memory, because its threshold for collecting them grows with their size.
/// </summary>
internal sealed class HeapReclaim : IDisposable
{
    /// <summary>Garbage may be at most the budget divided by this number.</summary>
    private const int MostGarbage = 6;

    /// <summary>Free memory in fragments may be at most the budget divided by this number.</summary>
    private const int MostUnused = 3;

    /// <summary>Bytes of garbage that justify a pause while the process is quiet.</summary>
    private const long WorthTidying = 32L * 1024 * 1024;

    /// <summary>The process counts as quiet up to this many bytes in use.</summary>
    private const long QuietUse = 4L * 1024 * 1024;

    /// <summary>
    /// The most running requests for which all threads may be stopped. The pause takes some milliseconds, and more with more
    /// streams, because their objects are traced.
    /// </summary>
    private const int MostHeldUp = 500;

    /// <summary>
    /// The wait before each round of returning memory: first after the last large request, then after the round before. The
    /// array pools release an array only if it was not used between two collections that are half a minute apart.
    /// </summary>
    private static readonly TimeSpan[] Rounds = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(35), TimeSpan.FromSeconds(70)];

    private readonly MemoryBudget budget;
    private readonly Func<int> running;
    private readonly IHeap heap;
    private readonly ITimer quiet;
    private readonly Lock gate = new();
    private Task collecting = Task.CompletedTask;
    private long garbage;
    private long untidied;
    private int round = Rounds.Length;

    /// <param name="budget">The budget whose memory is reclaimed.</param>
    /// <param name="clock">Measures the waits.</param>
    /// <param name="running">Returns the number of running requests, which a long pause would delay.</param>
    /// <param name="heap">The heap of the process.</param>
    public HeapReclaim(MemoryBudget budget, TimeProvider clock, Func<int> running, IHeap heap)
    {
        this.budget = budget;
        this.running = running;
        this.heap = heap;
        quiet = clock.CreateTimer(_ => Tidy(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Bytes that were returned and are not free until the next collection.</summary>
    public long Garbage => Volatile.Read(ref garbage);

    /// <summary>Whether a collection is needed. The collector needs room too: memory freed in one size is not at once usable in another.</summary>
    private bool IsDirty => Garbage > budget.Capacity / MostGarbage || budget.Used + Garbage > budget.Capacity;

    /// <summary>Counts bytes that are no longer used.</summary>
    public void Add(long bytes)
    {
        Interlocked.Add(ref garbage, bytes);
        if (Interlocked.Add(ref untidied, bytes) < WorthTidying)
            return;
        lock (gate)
        {
            if (round == 0)
                return;
            round = 0;
            quiet.Change(Rounds[0], Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Waits until the memory that a large request has taken from the budget is free in the heap too.</summary>
    public ValueTask MakeRoomAsync(SizeClass size)
    {
        // A small request never waits for the garbage of large ones.
        return size == SizeClass.Small || !IsDirty ? default : new(CollectAsync());
    }

    public void Dispose() => quiet.Dispose();

    private async Task CollectAsync()
    {
        // The collection that is running may have begun before some of this garbage existed; a second one begins after it.
        for (var times = 0; times < 2 && IsDirty; times++)
        {
            Task current;
            lock (gate)
            {
                if (collecting.IsCompleted)
                    collecting = RunAsync(CollectOnceAsync);
                current = collecting;
            }

            await current.ConfigureAwait(false);
        }
    }

    private async Task CollectOnceAsync()
    {
        if (running() > MostHeldUp)
            await heap.CollectInBackgroundAsync().ConfigureAwait(false);
        else
            heap.Collect();
        // Free fragments of unsuitable sizes would stay, and new memory would be taken in addition.
        if (heap.Unused > budget.Capacity / MostUnused)
            heap.GiveBack();
    }

    /// <summary>Runs one collection. Only one runs at a time, so that no garbage is subtracted twice.</summary>
    private async Task RunAsync(Func<Task> collect)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var before = Garbage;
        await collect().ConfigureAwait(false);
        Interlocked.Add(ref garbage, -before);
    }

    /// <summary>Returns unused memory to the system when no large request has arrived for a while.</summary>
    private void Tidy()
    {
        lock (gate)
        {
            if (round == Rounds.Length)
                return;
            if (collecting.IsCompleted && budget.Used - budget.Kept.Used <= QuietUse && running() <= MostHeldUp)
            {
                Volatile.Write(ref untidied, 0);
                collecting = RunAsync(() =>
                {
                    heap.GiveBack();
                    return Task.CompletedTask;
                });
                round++;
            }

            if (round < Rounds.Length)
                quiet.Change(Rounds[round], Timeout.InfiniteTimeSpan);
        }
    }
}
