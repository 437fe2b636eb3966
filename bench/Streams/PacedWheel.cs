namespace Dragoman.Bench.Streams;

/// <summary>
/// Sends one token per second to each of its streams. The streams are in slots of a millisecond, by the time of their
/// arrival, and one thread visits the slots in turn.
/// </summary>
internal sealed class PacedWheel : IDisposable
{
    public const long IntervalMicroseconds = 1_000_000;

    private const int Slots = 1000;
    private const long SlotMicroseconds = IntervalMicroseconds / Slots;

    private readonly List<PacedStream>[] slots = [.. Enumerable.Range(0, Slots).Select(_ => new List<PacedStream>())];
    private readonly List<PacedStream> arrived = [];
    private readonly int tokens;
    private readonly Thread thread;
    private volatile bool stopped;

    public PacedWheel(int tokens)
    {
        this.tokens = tokens;
        thread = new Thread(Run) { IsBackground = true };
        thread.Start();
    }

    /// <summary>The first token is sent within a millisecond.</summary>
    public void Add(PacedStream stream)
    {
        lock (arrived)
            arrived.Add(stream);
    }

    public void Dispose()
    {
        stopped = true;
        thread.Join();
    }

    private void Run()
    {
        var due = PacedToken.Now;
        for (var turn = 0; !stopped; turn = (turn + 1) % Slots, due += SlotMicroseconds)
        {
            while (PacedToken.Now < due)
                Thread.Sleep(1);
            var slot = slots[turn];
            lock (arrived)
            {
                slot.AddRange(arrived);
                arrived.Clear();
            }

            slot.RemoveAll(stream => !stream.SendNext(due, tokens));
        }
    }
}
