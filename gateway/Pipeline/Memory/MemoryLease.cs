using Dragoman.Conversation;

namespace Dragoman.Pipeline.Memory;

/// <summary>
/// The memory that one request holds of the budget. Its creator disposes it when the request ends, in whatever way, and all
/// its memory returns to the budget. Calls that run at the same time may take more of it.
/// </summary>
internal sealed class MemoryLease(MemoryBudget budget) : IDisposable
{
    private long incoming;
    private long working;

    /// <summary>The bytes held, in both parts of the budget.</summary>
    public long Held => Volatile.Read(ref incoming) + Volatile.Read(ref working);

    /// <summary>Takes memory for a body of a known size, after waiting if necessary.</summary>
    /// <exception cref="GatewayException">There is no memory.</exception>
    public async ValueTask ReceiveAsync(long bytes, CancellationToken cancellation)
    {
        var size = SizeClasses.Of(bytes);
        // A body that is too large to process need not arrive.
        if (MemoryBudget.LeastCostOf(bytes) > budget.Working.CeilingOf(size))
            ThrowUnlessTaken(Taking.NeverFits, MemoryBudget.LeastCostOf(bytes));
        ThrowUnlessTaken(await budget.Incoming.TakeAsync(bytes, size, MemoryBudget.LongestWait, cancellation).ConfigureAwait(false), MemoryBudget.LeastCostOf(bytes));
        Interlocked.Add(ref incoming, bytes);
        await budget.Heap.MakeRoomAsync(size).ConfigureAwait(false);
    }

    /// <summary>Takes memory for a body of unknown size. It never waits, because requests that each hold a part would wait for each other.</summary>
    /// <param name="bytes">The total size for which there is then memory.</param>
    /// <returns>Whether there is memory.</returns>
    public bool TryReceive(long bytes)
    {
        var more = bytes - Volatile.Read(ref incoming);
        if (more <= 0)
            return true;
        if (!budget.Incoming.TryTake(more, SizeClasses.Of(bytes)))
            return false;
        Interlocked.Add(ref incoming, more);
        return true;
    }

    /// <summary>Takes memory to process a complete body, after waiting if necessary, and returns the memory that it held while it arrived.</summary>
    /// <param name="cost">The bytes that processing takes.</param>
    /// <param name="body">The length of the request's body, in bytes.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="GatewayException">There is no memory.</exception>
    public async ValueTask WorkAsync(long cost, long body, CancellationToken cancellation)
    {
        var more = cost - Volatile.Read(ref working);
        if (more > 0)
        {
            var size = SizeClasses.Of(body);
            // A lease that holds some of this memory must not wait for more of it.
            if (Volatile.Read(ref working) > 0)
                ThrowUnlessTaken(budget.Working.TryTake(more, size) ? Taking.Taken : Taking.Short, cost);
            else
                ThrowUnlessTaken(await budget.Working.TakeAsync(more, size, MemoryBudget.LongestWait, cancellation).ConfigureAwait(false), cost);
            Interlocked.Add(ref working, more);
            await budget.Heap.MakeRoomAsync(size).ConfigureAwait(false);
        }

        ReturnIncoming();
    }

    /// <summary>Takes memory for more, such as an answer or linked media, before it arrives.</summary>
    /// <exception cref="GatewayException">There is no memory.</exception>
    public void Grow(long bytes)
    {
        ThrowUnlessTaken(TryGrow(bytes) ? Taking.Taken : Taking.Short, bytes);
    }

    /// <summary>As <see cref="Grow"/>; false when there is no memory.</summary>
    public bool TryGrow(long bytes)
    {
        if (!budget.Working.TryTakeFirst(bytes))
            return false;
        Interlocked.Add(ref working, bytes);
        return true;
    }

    /// <summary>Bytes that others than the request use as long as the lease exists; <see cref="ShrinkTo"/> does not return them.</summary>
    public long Floor { get; set; }

    /// <summary>Returns some of the memory that <see cref="Grow"/> took.</summary>
    public void Shrink(long bytes)
    {
        Interlocked.Add(ref working, -bytes);
        GiveBack(budget.Working, bytes);
    }

    /// <summary>Returns what a complete message does not need while it waits for its turn.</summary>
    /// <param name="bytes">The bytes that it still needs.</param>
    public void Keep(long bytes)
    {
        var held = Volatile.Read(ref incoming);
        if (held <= bytes)
            return;
        Interlocked.Add(ref incoming, bytes - held);
        GiveBack(budget.Incoming, held - bytes);
    }

    /// <summary>Returns the memory that is no longer needed.</summary>
    /// <param name="bytes">The bytes that are still needed.</param>
    public void ShrinkTo(long bytes)
    {
        ReturnIncoming();
        bytes += Floor;
        var held = Volatile.Read(ref working);
        if (held <= bytes)
            return;
        Interlocked.Add(ref working, bytes - held);
        GiveBack(budget.Working, held - bytes);
    }

    public void Dispose()
    {
        Floor = 0;
        ShrinkTo(0);
    }

    private void ReturnIncoming()
    {
        var held = Interlocked.Exchange(ref incoming, 0);
        if (held > 0)
            GiveBack(budget.Incoming, held);
    }

    private void GiveBack(MemoryShare share, long bytes)
    {
        // This is counted before another request can take the memory, because the heap frees it only in a collection.
        budget.Heap.Add(bytes);
        share.Return(bytes);
    }

    private static void ThrowUnlessTaken(Taking taking, long bytes)
    {
        if (taking == Taking.Taken)
            return;
        GatewayMetrics.CountRefusal();
        throw new GatewayException(taking == Taking.Short ? MemoryBudget.Full : MemoryBudget.NeverFits(bytes));
    }
}
