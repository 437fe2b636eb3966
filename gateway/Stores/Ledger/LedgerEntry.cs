namespace Dragoman.Stores.Ledger;

/// <summary>What one attempt of one request used. Attempts that used nothing have no entry, except the last one of a request.</summary>
public sealed record LedgerEntry
{
    /// <summary>The id of the request, as its client was told.</summary>
    public required string RequestId { get; init; }

    /// <summary>Counts the attempts of the request, from 0.</summary>
    public int Attempt { get; init; }

    /// <summary>When it was settled. The store keeps whole milliseconds, in UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The accounts that its cost is settled in.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>The cost; null if the price is not known. Only an entry that takes back what was assumed has one below zero.</summary>
    public long? Cost { get; init; }

    /// <summary>The team; <c>open</c> for open access, null for what was assumed of a process.</summary>
    public string? Team { get; init; }

    /// <summary>The public id of the key.</summary>
    public string? Key { get; init; }

    /// <summary>The user.</summary>
    public string? User { get; init; }

    /// <summary>The published name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The name of the provider; null if none was called.</summary>
    public string? Provider { get; init; }

    /// <summary>The provider's name of the model.</summary>
    public string? Target { get; init; }

    /// <summary>The API that the client spoke.</summary>
    public required string Dialect { get; init; }

    /// <summary>The HTTP status that the client got, or that it would have got when the stream failed.</summary>
    public int Status { get; init; }

    /// <summary>How it ended: <c>completed</c>, <c>clientLeft</c> or <c>failed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Where the counts come from: <c>reported</c>, <c>estimated</c>, <c>assumed</c> or <c>absent</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>From the first byte of the request to the settlement, in milliseconds.</summary>
    public long Milliseconds { get; init; }

    /// <summary>Prompt tokens, including those from or to a cache, and those of audio.</summary>
    public long InputTokens { get; init; }

    /// <summary>Prompt tokens that came from the provider's cache.</summary>
    public long CacheReadTokens { get; init; }

    /// <summary>Prompt tokens that were written to the provider's cache.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>Generated tokens, including those of reasoning and audio.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Generated tokens of reasoning.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>Free labels.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>An entry in the ledger.</summary>
/// <param name="Position">Its place in the order of settlements.</param>
/// <param name="Entry">The entry.</param>
public sealed record StoredEntry(string Position, LedgerEntry Entry);
