namespace Dragoman.Conversation;

/// <summary>Collects the losses of one translation, so that all of them are reported.</summary>
public sealed class LossReport
{
    /// <summary>The response header that reports the losses to the client.</summary>
    public const string Header = "X-Dragoman-Losses";

    /// <summary>The most losses that one line names.</summary>
    private const int MostReported = 24;

    private const int LongestName = 80;

    /// <summary>The most losses that are kept by name. A client can cause any number of them; the others are only counted.</summary>
    public const int MostKept = 1024;

    /// <summary>Up to this many losses, searching the list costs less than a set.</summary>
    private const int FewLosses = 16;

    private readonly List<Loss> losses = [];
    private HashSet<Loss>? known;

    /// <summary>The first <see cref="MostKept"/> different losses, in the order in which they were reported.</summary>
    public IReadOnlyList<Loss> Items => losses;

    /// <summary>How many losses are not in <see cref="Items"/>. One that is reported again counts each time.</summary>
    public int Others { get; private set; }

    /// <summary>Limits the work of the code that reports here.</summary>
    public WorkLimit Work { get; init; } = WorkLimit.None;

    public void Dropped(string field) => Add(new Loss(field, LossAction.Dropped));

    public void Clamped(string field) => Add(new Loss(field, LossAction.Clamped));

    public void Emulated(string field) => Add(new Loss(field, LossAction.Emulated));

    /// <summary>Adds the losses of another translation, each loss once.</summary>
    public void Add(LossReport other)
    {
        foreach (var loss in other.losses)
            Add(loss);
        Others += other.Others;
    }

    /// <summary>
    /// One line for a header or a log: <c>top_k=dropped, temperature=clamped</c>. A client chooses its member names, so a
    /// long list ends with the number of further losses, and a name is cut and cleaned of characters that no header may have.
    /// </summary>
    public override string ToString()
    {
        var line = string.Join(", ", losses.Take(MostReported).Select(loss => $"{Plain(loss.Field)}={Word(loss.Action)}"));
        return losses.Count > MostReported ? $"{line}, and {losses.Count - MostReported + Others} more" : line;
    }

    /// <summary>The word for an action in headers, logs and metrics.</summary>
    public static string Word(LossAction action) => action switch
    {
        LossAction.Clamped => "clamped",
        LossAction.Emulated => "emulated",
        _ => "dropped",
    };

    private void Add(Loss loss)
    {
        if (losses.Count < FewLosses)
        {
            if (!losses.Contains(loss))
                losses.Add(loss);
            return;
        }

        known ??= [.. losses];
        if (known.Contains(loss))
            return;
        if (losses.Count == MostKept)
        {
            Others++;
            return;
        }

        known.Add(loss);
        losses.Add(loss);
    }

    private static string Plain(string field)
    {
        var shown = field.Length <= LongestName ? field : field[..LongestName];
        return shown.All(IsPlain) ? shown : new string([.. shown.Select(letter => IsPlain(letter) ? letter : '?')]);
    }

    private static bool IsPlain(char letter) => letter is >= ' ' and <= '~';
}
