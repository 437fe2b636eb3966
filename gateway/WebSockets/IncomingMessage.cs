using Dragoman.Pipeline;
using Dragoman.Pipeline.Memory;

namespace Dragoman.WebSockets;

/// <summary>The message that a client is sending: its bytes so far, what they take of the memory budget, and whether enough of it comes.</summary>
/// <param name="budget">Of the process.</param>
/// <param name="clock">Measures how slowly the client sends.</param>
/// <param name="largest">Bytes that a message may have.</param>
/// <param name="tooSlow">Called by a timer when too little comes of a message that was begun.</param>
internal sealed class IncomingMessage(MemoryBudget budget, TimeProvider clock, int largest, Action tooSlow) : IDisposable
{
    private const int FirstRoom = 1024;

    /// <summary>What is read of a message that nobody will have.</summary>
    private const int RoomToDiscard = 4096;

    /// <summary>The message, and the request that is made of it while both are there.</summary>
    private const int TimesMessage = 2;

    private byte[] room = [];
    private int count;
    private bool hasBegun;
    private MemoryLease? lease;
    private ArrivalWatch? watch;

    /// <summary>Bytes that have come, whether they were kept or not.</summary>
    public long Length { get; private set; }

    /// <summary>Set when there was no memory for the whole message, so that the rest of it is not kept.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>What was kept of it.</summary>
    public ReadOnlyMemory<byte> Text => room.AsMemory(0, count);

    /// <summary>Whether <see cref="GetMemory"/> will copy what has come into more room.</summary>
    public bool MustGrow => count == room.Length && !IsRefused;

    /// <summary>Room to read into, never empty.</summary>
    public Memory<byte> GetMemory()
    {
        if (MustGrow)
            Grow();
        return room.AsMemory(count);
    }

    /// <summary>So much has been read.</summary>
    /// <param name="bytes">Into the room.</param>
    /// <param name="isEnd">Whether the message ends here.</param>
    public void Advance(int bytes, bool isEnd)
    {
        Length += bytes;
        if (!IsRefused)
            count += bytes;
        if (isEnd)
        {
            if (hasBegun)
                watch!.End();
            hasBegun = false;
            return;
        }

        watch ??= new ArrivalWatch(budget.Incoming, clock, tooSlow);
        if (!hasBegun)
            watch.Begin();
        hasBegun = true;
        watch.Add(bytes);
    }

    /// <summary>Ends the message; the next one begins.</summary>
    /// <returns>What it took of the budget, which is the caller's now; null: nothing.</returns>
    public MemoryLease? Take()
    {
        var taken = lease;
        lease = null;
        room = [];
        count = 0;
        Length = 0;
        IsRefused = false;
        return taken;
    }

    public void Dispose()
    {
        watch?.Dispose();
        lease?.Dispose();
        lease = null;
    }

    private void Grow()
    {
        var size = (int)Math.Min(Math.Max(FirstRoom, 2L * room.Length), largest + 1L);
        if (size > MemoryBudget.Uncounted)
        {
            lease ??= new MemoryLease(budget);
            if (!lease.TryReceive((long)TimesMessage * size))
            {
                GatewayMetrics.CountRefusal();
                IsRefused = true;
                // The beginning stays: the client's id may be in it.
                count = Math.Min(count, MemoryBudget.Uncounted);
                room = [.. room.AsSpan(0, count), .. new byte[RoomToDiscard]];
                lease.Dispose();
                lease = null;
                return;
            }
        }

        Array.Resize(ref room, size);
    }
}
