using System.Collections.Concurrent;

namespace Dragoman.Attack;

/// <summary>The tries of one attack: their number, the failures, and further figures. Safe for concurrent tries.</summary>
internal sealed class Tally
{
    private const int ToldFalls = 3;
    private const int LongestFall = 300;

    private readonly ConcurrentQueue<string> falls = new();
    private readonly ConcurrentQueue<string> notes = new();
    private int tries;

    public bool HasFallen => !falls.IsEmpty;

    public string? ReasonNotRun { get; private set; }

    /// <summary>Counts a try.</summary>
    /// <param name="holds">Whether the expectation holds.</param>
    /// <param name="otherwise">What was seen instead.</param>
    public void Expect(bool holds, string otherwise)
    {
        Interlocked.Increment(ref tries);
        if (!holds)
            falls.Enqueue(otherwise.Length <= LongestFall ? otherwise : otherwise[..LongestFall] + "…");
    }

    /// <summary>Adds a figure to the evidence, whatever the verdict is.</summary>
    public void Note(string text) => notes.Enqueue(text);

    public void CannotRun(string reason) => ReasonNotRun = reason;

    public Outcome Outcome => HasFallen ? Outcome.Fell : ReasonNotRun is not null || tries == 0 ? Outcome.NotRun : Outcome.Held;

    public string Evidence
    {
        get
        {
            var counted = falls.IsEmpty ? ReasonNotRun ?? $"{tries} tried" : $"{falls.Count} of {tries} fell: {string.Join("; ", falls.Take(ToldFalls))}";
            return string.Join("; ", notes.Prepend(counted)).ReplaceLineEndings(" ");
        }
    }
}
