namespace Dragoman.Pipeline.Memory;

/// <summary>
/// Sees to it that memory which was given back can be used again. The garbage collector would let large buffers lie for
/// as long as the machine has memory: its own measure of when to look after them grows with them.
/// </summary>
internal sealed class HeapReclaim : IDisposable
{
    /// <summary>Garbage may be one part of the budget in so many.</summary>
    private const int MostGarbage = 6;

    /// <summary>Memory that lies free in pieces may be one part of the budget in so many.</summary>
    private const int MostUnused = 3;

    /// <summary>Bytes of garbage that are worth a pause in a quiet moment.</summary>
    private const long WorthTidying = 32L * 1024 * 1024;

    /// <summary>Bytes in use up to which a moment counts as quiet.</summary>
    private const long QuietUse = 4L * 1024 * 1024;

    /// <summary>
    /// Requests that may run while all threads are stopped. That takes some milliseconds, and longer the more streams
    /// there are, because their objects are traced.
    /// </summary>
    private const int MostHeldUp = 500;

    /// <summary>
    /// How long after the last large request, and after each other, memory is given back: the pools of arrays let one go
    /// only when it has not been used between two collections that are half a minute apart.
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
    /// <param name="clock">Measures how long it has been quiet.</param>
    /// <param name="running">How many requests run, which a long pause would hold up.</param>
    /// <param name="heap">The process's.</param>
    public HeapReclaim(MemoryBudget budget, TimeProvider clock, Func<int> running, IHeap heap)
    {
        this.budget = budget;
        this.running = running;
        this.heap = heap;
        quiet = clock.CreateTimer(_ => Tidy(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Bytes that were given back and lie there until the next collection.</summary>
    public long Garbage => Volatile.Read(ref garbage);

    /// <summary>The collector needs room itself: what is freed in one size is not at once there in another.</summary>
    private bool IsDirty => Garbage > budget.Capacity / MostGarbage || budget.Used + Garbage > budget.Capacity;

    /// <summary>So many bytes are not used any more.</summary>
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

    /// <summary>After a large request has taken its memory: waits until that is really there.</summary>
    public ValueTask MakeRoomAsync(SizeClass size)
    {
        // What is small never waits for the garbage of what is large.
        return size == SizeClass.Small || !IsDirty ? default : new(CollectAsync());
    }

    public void Dispose() => quiet.Dispose();

    private async Task CollectAsync()
    {
        // The one that runs may have begun before some of the garbage was left; a second one has not.
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
        // What is left in pieces of the wrong size would be kept, and new ones be taken beside them.
        if (heap.Unused > budget.Capacity / MostUnused)
            heap.GiveBack();
    }

    /// <summary>One collection; only one runs at a time, so that no garbage is counted off twice.</summary>
    private async Task RunAsync(Func<Task> collect)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var before = Garbage;
        await collect().ConfigureAwait(false);
        Interlocked.Add(ref garbage, -before);
    }

    /// <summary>When no large request has come for a while: lets the system have what they needed.</summary>
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
