namespace Dragoman.Pipeline.Memory;

/// <summary>
/// Memory for something that grows while it arrives and stays until the end, such as an answer or vectors. It is taken in
/// steps, so that a token costs only a comparison, and a small answer takes nothing from the budget.
/// </summary>
/// <param name="exchange">The exchange whose request takes the memory.</param>
internal sealed class GrowingRoom(Exchange exchange)
{
    /// <summary>Bytes that are not counted in the memory budget; longer answers are rare.</summary>
    private const int Uncounted = 256 * 1024;

    private long room = Uncounted;

    /// <summary>The bytes that have arrived.</summary>
    public long Bytes { get; private set; }

    /// <summary>Counts bytes that have arrived.</summary>
    /// <exception cref="Conversation.GatewayException">There is no memory for them.</exception>
    public void Add(long bytes)
    {
        Bytes += bytes;
        if (Bytes > room)
            Grow();
    }

    /// <summary>Takes one step. It is at least half of what was taken before, so that even a large answer needs few steps.</summary>
    private void Grow()
    {
        var step = Math.Max(Bytes - room, Math.Max(Uncounted, room / 2));
        exchange.Memory.Grow(step);
        room += step;
    }
}
