namespace Dragoman.Pipeline.Memory;

/// <summary>How an attempt to take memory ended.</summary>
internal enum Taking
{
    Taken,

    /// <summary>Other requests hold the memory; it may be free in a moment.</summary>
    Short,

    /// <summary>The request needs more than this process ever gives to one request.</summary>
    NeverFits,
}

/// <summary>
/// A part of the memory budget: a number of bytes that can be taken and returned. Taking is one atomic addition. A lock is
/// taken only when memory is short; then requests wait, and are served in their order within a size class.
/// </summary>
/// <param name="capacity">The size of this part, in bytes.</param>
/// <param name="clock">Measures the waits.</param>
internal sealed class MemoryShare(long capacity, TimeProvider clock)
{
    /// <summary>The most waiters. Each is a connection that reads nothing; with more of them, a refusal helps more than waiting.</summary>
    private const int MostWaiting = 256;

    private readonly Lock gate = new();
    private readonly LinkedList<Waiter>[] queues = [new(), new(), new()];
    private long used;
    private int waiting;

    /// <summary>The size of this part, in bytes.</summary>
    public long Capacity => capacity;

    /// <summary>Bytes that are taken.</summary>
    public long Used => Volatile.Read(ref used);

    /// <summary>Whether a request waits for memory.</summary>
    public bool IsShort => Volatile.Read(ref waiting) > 0;

    /// <summary>The bytes up to which requests of a class may fill this part; the rest is left to smaller ones.</summary>
    public long CeilingOf(SizeClass size) => size switch
    {
        SizeClass.Small => capacity,
        SizeClass.Medium => capacity - (capacity / 8),
        _ => capacity - (capacity / 4),
    };

    /// <summary>Takes memory if it is free and no request of the same or a smaller class waits for it.</summary>
    public bool TryTake(long bytes, SizeClass size) => !HasWaiter(size) && TryAdd(bytes, size);

    /// <summary>Takes memory for a request that has begun: before the waiters, and also from what is reserved for small requests.</summary>
    public bool TryTakeFirst(long bytes) => TryAdd(bytes, SizeClass.Small);

    /// <summary>Takes memory, after waiting if necessary.</summary>
    /// <param name="bytes">The bytes to take.</param>
    /// <param name="size">The size class of the request.</param>
    /// <param name="longest">The longest wait.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was canceled; nothing was taken.</exception>
    public ValueTask<Taking> TakeAsync(long bytes, SizeClass size, TimeSpan longest, CancellationToken cancellation)
    {
        if (bytes > CeilingOf(size))
            return new(Taking.NeverFits);
        return TryTake(bytes, size) ? new(Taking.Taken) : new(WaitAsync(bytes, size, longest, cancellation));
    }

    /// <summary>Returns memory to the budget.</summary>
    public void Return(long bytes)
    {
        Interlocked.Add(ref used, -bytes);
        if (Volatile.Read(ref waiting) == 0)
            return;
        lock (gate)
            Serve();
    }

    private async Task<Taking> WaitAsync(long bytes, SizeClass size, TimeSpan longest, CancellationToken cancellation)
    {
        var waiter = new Waiter(bytes);
        lock (gate)
        {
            if (waiting == MostWaiting)
                return Taking.Short;
            queues[(int)size].AddLast(waiter.Node);
            Interlocked.Increment(ref waiting);
            // Memory that was returned before the counter was raised woke no waiter.
            Serve();
        }

        try
        {
            await waiter.Served.Task.WaitAsync(longest, clock, cancellation).ConfigureAwait(false);
            return Taking.Taken;
        }
        catch (Exception ended) when (ended is TimeoutException or OperationCanceledException)
        {
            if (!Leave(waiter))
            {
                // The waiter was served at the same moment.
                if (ended is TimeoutException)
                    return Taking.Taken;
                Return(bytes);
            }

            if (ended is TimeoutException)
                return Taking.Short;
            throw;
        }
    }

    /// <summary>Removes a waiter from its queue; false when it has been served.</summary>
    private bool Leave(Waiter waiter)
    {
        lock (gate)
        {
            if (waiter.Node.List is not { } queue)
                return false;
            queue.Remove(waiter.Node);
            Interlocked.Decrement(ref waiting);
            // Waiters behind it may need less memory.
            Serve();
            return true;
        }
    }

    /// <summary>Serves the waiters, smaller classes first; no waiter is overtaken by one of its own class or of a larger one.</summary>
    private void Serve()
    {
        for (var size = SizeClass.Small; (int)size < SizeClasses.Count; size++)
        {
            var queue = queues[(int)size];
            while (queue.First is { } first)
            {
                if (!TryAdd(first.Value.Bytes, size))
                    return;
                queue.RemoveFirst();
                Interlocked.Decrement(ref waiting);
                first.Value.Served.SetResult();
            }
        }
    }

    private bool HasWaiter(SizeClass size)
    {
        if (Volatile.Read(ref waiting) == 0)
            return false;
        lock (gate)
        {
            for (var smaller = SizeClass.Small; smaller <= size; smaller++)
            {
                if (queues[(int)smaller].Count > 0)
                    return true;
            }

            return false;
        }
    }

    private bool TryAdd(long bytes, SizeClass size)
    {
        var ceiling = CeilingOf(size);
        for (var seen = Used; seen + bytes <= ceiling;)
        {
            var before = Interlocked.CompareExchange(ref used, seen + bytes, seen);
            if (before == seen)
                return true;
            seen = before;
        }

        return false;
    }

    private sealed class Waiter
    {
        public Waiter(long bytes)
        {
            Bytes = bytes;
            Node = new(this);
        }

        public long Bytes { get; }

        public LinkedListNode<Waiter> Node { get; }

        public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
