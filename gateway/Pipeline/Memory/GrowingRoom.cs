namespace Dragoman.Pipeline.Memory;

/// <summary>
/// Room for what grows while it comes and stays to the end, such as an answer or vectors. It is taken in steps, so that a
/// token costs no more than a comparison, and few bytes cost nothing.
/// </summary>
/// <param name="exchange">Who holds it.</param>
internal sealed class GrowingRoom(Exchange exchange)
{
    /// <summary>Bytes that are not counted to the memory budget; longer answers are rare.</summary>
    private const int Uncounted = 256 * 1024;

    private long room = Uncounted;

    /// <summary>Bytes that are there.</summary>
    public long Bytes { get; private set; }

    /// <summary>More has come.</summary>
    /// <exception cref="Conversation.GatewayException">There is no memory for it.</exception>
    public void Add(long bytes)
    {
        Bytes += bytes;
        if (Bytes > room)
            Grow();
    }

    /// <summary>A step is at least half as large as the room before it, so that there are few of them however much comes.</summary>
    private void Grow()
    {
        var step = Math.Max(Bytes - room, Math.Max(Uncounted, room / 2));
        exchange.Memory.Grow(step);
        room += step;
    }
}
