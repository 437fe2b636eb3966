using System.Text;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>Makes entries such that the ledger accepts them. What was used must be settled, whatever texts come with it.</summary>
internal static class EntryTexts
{
    /// <summary>The bytes that each text may have when all of them together are too long: nine of them and the request id are within the limit.</summary>
    private const int Share = (LedgerLimits.LargestEntry - StoreLimits.LongestId) / 9;

    /// <summary>Whether the texts of an entry are short, however they are encoded.</summary>
    public static bool AreShort(LedgerEntry entry)
    {
        var letters = entry.RequestId.Length + LengthOf(entry.Team) + LengthOf(entry.Key) + LengthOf(entry.User) + entry.Model.Length + LengthOf(entry.Provider)
            + LengthOf(entry.Target) + entry.Dialect.Length + entry.Outcome.Length + entry.Origin.Length;
        if (entry.Tags.Count > 0)
        {
            foreach (var (name, value) in entry.Tags)
                letters += name.Length + value.Length;
        }

        return letters * 3 <= LedgerLimits.LargestEntry;
    }

    /// <returns>The entry itself if the ledger accepts it; otherwise one without tags, and with shorter texts if need be.</returns>
    public static LedgerEntry Fit(LedgerEntry entry)
    {
        if (IsAccepted(entry))
            return entry;
        var fitting = entry with
        {
            Tags = new Dictionary<string, string>(),
            Attempt = Math.Max(0, entry.Attempt),
            Milliseconds = Math.Max(0, entry.Milliseconds),
            InputTokens = Math.Max(0, entry.InputTokens),
            CacheReadTokens = Math.Max(0, entry.CacheReadTokens),
            CacheWriteTokens = Math.Max(0, entry.CacheWriteTokens),
            OutputTokens = Math.Max(0, entry.OutputTokens),
            ReasoningTokens = Math.Max(0, entry.ReasoningTokens),
        };
        return IsAccepted(fitting) ? fitting : fitting with
        {
            RequestId = Cut(entry.RequestId, StoreLimits.LongestId) is { Length: > 0 } id ? id : "unknown",
            Team = CutOptional(entry.Team),
            Key = CutOptional(entry.Key),
            User = CutOptional(entry.User),
            Model = Cut(entry.Model, Share),
            Provider = CutOptional(entry.Provider),
            Target = CutOptional(entry.Target),
            Dialect = Cut(entry.Dialect, Share),
            Outcome = Cut(entry.Outcome, Share),
            Origin = Cut(entry.Origin, Share),
        };
    }

    private static bool IsAccepted(LedgerEntry entry)
    {
        try
        {
            LedgerLimits.Check(entry);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string? CutOptional(string? text) => text is null ? null : Cut(text, Share);

    /// <summary>The beginning of a text, with neither U+0000 nor half of a surrogate pair.</summary>
    private static string Cut(string text, int bytes)
    {
        var cut = new StringBuilder();
        // It yields U+FFFD for half of a pair.
        foreach (var rune in text.EnumerateRunes())
        {
            if ((bytes -= rune.Utf8SequenceLength) < 0)
                break;
            if (rune.Value != 0)
                cut.Append(rune);
        }

        return cut.ToString();
    }

    private static int LengthOf(string? text) => text?.Length ?? 0;
}
