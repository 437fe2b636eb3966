using Dragoman.Pipeline;
using Dragoman.Pipeline.Memory;

namespace Dragoman.WebSockets;

/// <summary>The message that a client is sending: its bytes so far, their share of the memory budget, and a watch over its speed.</summary>
/// <param name="budget">The memory budget of the process.</param>
/// <param name="clock">Measures how slowly the client sends.</param>
/// <param name="largest">The largest message, in bytes.</param>
/// <param name="tooSlow">Called by a timer when the rest of a message arrives too slowly.</param>
internal sealed class IncomingMessage(MemoryBudget budget, TimeProvider clock, int largest, Action tooSlow) : IDisposable
{
    private const int FirstRoom = 1024;

    /// <summary>The size of the buffer, in bytes, into which the rest of a rejected message is read.</summary>
    private const int RoomToDiscard = 4096;

    /// <summary>The memory budget counts the message twice: it and the request that is made from it exist at the same time.</summary>
    private const int TimesMessage = 2;

    private byte[] room = [];
    private int count;
    private bool hasBegun;
    private MemoryLease? lease;
    private ArrivalWatch? watch;

    /// <summary>The bytes received so far, whether they were kept or not.</summary>
    public long Length { get; private set; }

    /// <summary>Whether there was no memory for the whole message; its rest is then not kept.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>The part of the message that was kept.</summary>
    public ReadOnlyMemory<byte> Text => room.AsMemory(0, count);

    /// <summary>Whether <see cref="GetMemory"/> will copy the received bytes to a larger buffer.</summary>
    public bool MustGrow => count == room.Length && !IsRefused;

    /// <summary>The free part of the buffer, to receive bytes into; never empty.</summary>
    public Memory<byte> GetMemory()
    {
        if (MustGrow)
            Grow();
        return room.AsMemory(count);
    }

    /// <summary>Adds the bytes that were received into the memory of <see cref="GetMemory"/>.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="isEnd">Whether the message ends with them.</param>
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

    /// <summary>Ends the message, so that the next one can begin.</summary>
    /// <returns>The message's share of the memory budget, which the caller now owns; null when it took none.</returns>
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
                // The beginning is kept, because the client's id may be in it.
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
