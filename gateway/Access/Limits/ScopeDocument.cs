using System.Text.Json;

namespace Dragoman.Access.Limits;

/// <summary>What all processes together have used of a scope's limits, and what each may still use: a document of the store.</summary>
internal sealed class ScopeDocument
{
    /// <summary>The kind of the document.</summary>
    public const string Kind = "lease-rate";

    /// <summary>The processes that share a scope. Their leases and two histories fit into <see cref="Stores.StoreLimits.LargestJson"/>.</summary>
    public const int MostProcesses = 200;

    /// <summary>Clocks may differ by so many segments without a document being deleted that still counts for another process.</summary>
    private const int MostClockDifference = 2 * Moment.InMinute;

    /// <summary>The segment from which those of the histories count.</summary>
    public long Start { get; set; }

    /// <summary>Pairs of a segment, as its distance from <see cref="Start"/>, and the requests that began in it.</summary>
    public long[] Requests { get; set; } = [];

    /// <summary>The same for tokens.</summary>
    public long[] Tokens { get; set; } = [];

    /// <summary>What each process may use.</summary>
    public List<ProcessLease> Processes { get; set; } = [];

    /// <summary>Reads a document; one that cannot be read counts as empty, because nobody could repair it.</summary>
    public static ScopeDocument Read(ReadOnlyMemory<byte>? json)
    {
        try
        {
            if (json is { } content && JsonSerializer.Deserialize(content.Span, LimitsJson.Default.ScopeDocument) is { Requests: not null, Tokens: not null, Processes: not null } document)
                return document;
        }
        catch (JsonException)
        {
            // As if there were none.
        }

        return new();
    }

    /// <summary>Whether there is nothing in it that counts, so that it says no more than no document would.</summary>
    public bool IsOver(long now)
    {
        now -= MostClockDifference;
        return !Counts(Requests, now) && !Counts(Tokens, now) && Processes.TrueForAll(each => each.IsEmpty || !each.Counts(now));
    }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, LimitsJson.Default.ScopeDocument);

    /// <summary>The history in one of the two lists.</summary>
    public SegmentHistory HistoryOf(long[] pairs)
    {
        var history = new SegmentHistory();
        for (var index = 0; index + 1 < pairs.Length; index += 2)
            history.Add(Start + pairs[index], pairs[index + 1]);
        return history;
    }

    /// <summary>The list of a history.</summary>
    public long[] PairsOf(SegmentHistory history)
    {
        var pairs = new List<long>(history.Length * 2);
        for (var index = 0; index < history.Length; index++)
        {
            if (history[index].Count > 0)
                pairs.AddRange([history[index].Segment - Start, history[index].Count]);
        }

        return [.. pairs];
    }

    /// <summary>The last segment of a list is the latest.</summary>
    private bool Counts(long[] pairs, long now) => pairs.Length >= 2 && now - (Start + pairs[^2]) <= Moment.InMinute;
}
