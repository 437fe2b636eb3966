using System.Text.Json;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

/// <summary>Entries for tests.</summary>
internal static class LedgerEntries
{
    public static readonly DateTimeOffset Start = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    public static LedgerEntry Of(string requestId, long? cost, params string[] accounts) => new()
    {
        RequestId = requestId,
        At = Start,
        Accounts = accounts,
        Cost = cost,
        Team = "alpha",
        Model = "small",
        Provider = "one",
        Dialect = "openai-chat",
        Status = 200,
        Outcome = "completed",
        Origin = "reported",
        InputTokens = 11,
        OutputTokens = 7,
    };

    /// <summary>All of an entry, to compare it: lists and dictionaries are equal only to themselves.</summary>
    public static string Text(LedgerEntry entry) =>
        JsonSerializer.Serialize(entry with { Tags = new SortedDictionary<string, string>(entry.Tags.ToDictionary(), StringComparer.Ordinal) });
}
