using System.Data.Common;
using System.Text.Json;

namespace Dragoman.Stores.Ledger;

/// <summary>The columns of an entry in both SQL databases: real ones, so that entries can be analyzed by SQL.</summary>
internal static class EntryColumns
{
    /// <summary>All but the position. Times are in milliseconds since 1970, and tags are a JSON object.</summary>
    public const string All =
        "request_id, attempt, at, accounts, cost, team, key_id, user_id, model, provider, target, dialect, status, outcome, origin, milliseconds, "
        + "input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, tags";

    /// <summary>Accounts as a JSON array.</summary>
    public static string Accounts(LedgerEntry entry) => JsonSerializer.Serialize(entry.Accounts, LedgerJson.Compact.IReadOnlyListString);

    public static string? Tags(LedgerEntry entry) => entry.Tags.Count == 0 ? null : JsonSerializer.Serialize(entry.Tags, LedgerJson.Compact.IReadOnlyDictionaryStringString);

    /// <summary>Reads an entry whose accounts are a JSON array.</summary>
    /// <param name="row">The row.</param>
    /// <param name="first">The column of the request id, which the others follow.</param>
    public static LedgerEntry Read(DbDataReader row, int first) => new()
    {
        RequestId = row.GetString(first),
        Attempt = row.GetInt32(first + 1),
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(first + 2)),
        Accounts = JsonSerializer.Deserialize(row.GetString(first + 3), LedgerJson.Compact.IReadOnlyListString)!,
        Cost = row.IsDBNull(first + 4) ? null : row.GetInt64(first + 4),
        Team = row.TextAt(first + 5),
        Key = row.TextAt(first + 6),
        User = row.TextAt(first + 7),
        Model = row.GetString(first + 8),
        Provider = row.TextAt(first + 9),
        Target = row.TextAt(first + 10),
        Dialect = row.GetString(first + 11),
        Status = row.GetInt32(first + 12),
        Outcome = row.GetString(first + 13),
        Origin = row.GetString(first + 14),
        Milliseconds = row.GetInt64(first + 15),
        InputTokens = row.GetInt64(first + 16),
        CacheReadTokens = row.GetInt64(first + 17),
        CacheWriteTokens = row.GetInt64(first + 18),
        OutputTokens = row.GetInt64(first + 19),
        ReasoningTokens = row.GetInt64(first + 20),
        Tags = row.TextAt(first + 21) is { } tags ? JsonSerializer.Deserialize(tags, LedgerJson.Compact.IReadOnlyDictionaryStringString)! : new Dictionary<string, string>(),
    };
}
