using Dragoman.Conversation;

namespace Dragoman.Pipeline.Memory;

/// <summary>
/// What one request holds of the memory budget. Its creator disposes it however the request ends, which gives back all
/// of it. Calls that run at the same time may take more of it.
/// </summary>
internal sealed class MemoryLease(MemoryBudget budget) : IDisposable
{
    private long incoming;
    private long working;

    /// <summary>Bytes, of both parts of the budget.</summary>
    public long Held => Volatile.Read(ref incoming) + Volatile.Read(ref working);

    /// <summary>Makes room for a body of a known size, if need be after waiting for it.</summary>
    /// <exception cref="GatewayException">There is none.</exception>
    public async ValueTask ReceiveAsync(long bytes, CancellationToken cancellation)
    {
        var size = SizeClasses.Of(bytes);
        // What cannot be worked on need not arrive.
        if (MemoryBudget.LeastCostOf(bytes) > budget.Working.CeilingOf(size))
            ThrowUnlessTaken(Taking.NeverFits, MemoryBudget.LeastCostOf(bytes));
        ThrowUnlessTaken(await budget.Incoming.TakeAsync(bytes, size, MemoryBudget.LongestWait, cancellation).ConfigureAwait(false), MemoryBudget.LeastCostOf(bytes));
        Interlocked.Add(ref incoming, bytes);
        await budget.Heap.MakeRoomAsync(size).ConfigureAwait(false);
    }

    /// <summary>Makes room for a body of unknown size. It never waits: requests that each hold a part would wait for each other.</summary>
    /// <param name="bytes">All of what there is room for then.</param>
    /// <returns>Whether there is room.</returns>
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

    /// <summary>The body is complete: makes room to process it, after waiting if necessary, and releases the room that it held while it arrived.</summary>
    /// <param name="cost">Bytes.</param>
    /// <param name="body">Bytes of the request's body.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="GatewayException">There is none.</exception>
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

    /// <summary>Makes room for more, such as an answer or what a request links to, before it is there.</summary>
    /// <exception cref="GatewayException">There is none.</exception>
    public void Grow(long bytes)
    {
        ThrowUnlessTaken(TryGrow(bytes) ? Taking.Taken : Taking.Short, bytes);
    }

    /// <summary>As <see cref="Grow"/>; false when there is no room.</summary>
    public bool TryGrow(long bytes)
    {
        if (!budget.Working.TryTakeFirst(bytes))
            return false;
        Interlocked.Add(ref working, bytes);
        return true;
    }

    /// <summary>Bytes that others than the request keep as long as the lease lasts, so that <see cref="ShrinkTo"/> leaves them.</summary>
    public long Floor { get; set; }

    /// <summary>Gives back some of what <see cref="Grow"/> took.</summary>
    public void Shrink(long bytes)
    {
        Interlocked.Add(ref working, -bytes);
        GiveBack(budget.Working, bytes);
    }

    /// <summary>A message is whole and waits for its turn: gives back what it needs no more meanwhile.</summary>
    /// <param name="bytes">What it needs.</param>
    public void Keep(long bytes)
    {
        var held = Volatile.Read(ref incoming);
        if (held <= bytes)
            return;
        Interlocked.Add(ref incoming, bytes - held);
        GiveBack(budget.Incoming, held - bytes);
    }

    /// <summary>Gives back what is not needed any more.</summary>
    /// <param name="bytes">What still is.</param>
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
        // Before anybody else takes it: it is there only after a collection.
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
