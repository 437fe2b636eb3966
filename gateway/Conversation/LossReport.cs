namespace Dragoman.Conversation;

/// <summary>Collects the losses of one translation, so that none is silent.</summary>
public sealed class LossReport
{
    /// <summary>The response header that tells the client.</summary>
    public const string Header = "X-Dragoman-Losses";

    /// <summary>In one line.</summary>
    private const int MostReported = 24;

    private const int LongestName = 80;

    /// <summary>Losses that are kept by name. A client can make up any number of them; the others are only counted.</summary>
    public const int MostKept = 1024;

    /// <summary>Up to so many losses a search of the list costs less than a set.</summary>
    private const int FewLosses = 16;

    private readonly List<Loss> losses = [];
    private HashSet<Loss>? known;

    /// <summary>The first <see cref="MostKept"/> different ones, in their order.</summary>
    public IReadOnlyList<Loss> Items => losses;

    /// <summary>Losses that are not among <see cref="Items"/>; one that repeats counts each time.</summary>
    public int Others { get; private set; }

    /// <summary>Limits the work of the code that reports here.</summary>
    public WorkLimit Work { get; init; } = WorkLimit.None;

    public void Dropped(string field) => Add(new Loss(field, LossAction.Dropped));

    public void Clamped(string field) => Add(new Loss(field, LossAction.Clamped));

    public void Emulated(string field) => Add(new Loss(field, LossAction.Emulated));

    /// <summary>Takes over what another translation lost, each loss once.</summary>
    public void Add(LossReport other)
    {
        foreach (var loss in other.losses)
            Add(loss);
        Others += other.Others;
    }

    /// <summary>
    /// One line for a header or a log: <c>top_k=dropped, temperature=clamped</c>. A client chooses what it sends, so a
    /// long list ends in how many more there are, and names are cut and cleaned of what no header may hold.
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
