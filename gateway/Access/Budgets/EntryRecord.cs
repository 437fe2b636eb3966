using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>The fields of an entry in a record of a <see cref="Journal"/>, without its accounts.</summary>
internal static class EntryRecord
{
    public static void Write(ref RecordWriter record, LedgerEntry entry)
    {
        record.Add(entry.RequestId);
        record.Add(entry.Attempt);
        record.Add(entry.At.UtcTicks);
        record.Add(entry.Cost is null ? (byte)0 : (byte)1);
        record.Add(entry.Cost ?? 0);
        record.Add(entry.Team);
        record.Add(entry.Key);
        record.Add(entry.User);
        record.Add(entry.Model);
        record.Add(entry.Provider);
        record.Add(entry.Target);
        record.Add(entry.Dialect);
        record.Add(entry.Status);
        record.Add(entry.Outcome);
        record.Add(entry.Origin);
        record.Add(entry.Milliseconds);
        record.Add(entry.InputTokens);
        record.Add(entry.CacheReadTokens);
        record.Add(entry.CacheWriteTokens);
        record.Add(entry.OutputTokens);
        record.Add(entry.ReasoningTokens);
        WriteTags(ref record, entry.Tags);
    }

    public static LedgerEntry Read(ref RecordReader record, IReadOnlyList<string> accounts) => new()
    {
        Accounts = accounts,
        RequestId = record.ReadText(),
        Attempt = record.ReadInt32(),
        At = new(record.ReadInt64(), TimeSpan.Zero),
        Cost = ReadCost(ref record),
        Team = record.ReadOptionalText(),
        Key = record.ReadOptionalText(),
        User = record.ReadOptionalText(),
        Model = record.ReadText(),
        Provider = record.ReadOptionalText(),
        Target = record.ReadOptionalText(),
        Dialect = record.ReadText(),
        Status = record.ReadInt32(),
        Outcome = record.ReadText(),
        Origin = record.ReadText(),
        Milliseconds = record.ReadInt64(),
        InputTokens = record.ReadInt64(),
        CacheReadTokens = record.ReadInt64(),
        CacheWriteTokens = record.ReadInt64(),
        OutputTokens = record.ReadInt64(),
        ReasoningTokens = record.ReadInt64(),
        Tags = ReadTags(ref record),
    };

    private static long? ReadCost(ref RecordReader record)
    {
        var isKnown = record.ReadByte() != 0;
        var cost = record.ReadInt64();
        return isKnown ? cost : null;
    }

    private static void WriteTags(ref RecordWriter record, IReadOnlyDictionary<string, string> tags)
    {
        record.Add(tags.Count);
        // The enumerator would be an object.
        if (tags.Count == 0)
            return;
        foreach (var (name, value) in tags)
        {
            record.Add(name);
            record.Add(value);
        }
    }

    private static Dictionary<string, string> ReadTags(ref RecordReader record)
    {
        var count = record.ReadInt32();
        var tags = new Dictionary<string, string>(count);
        for (; count > 0; count--)
        {
            var name = record.ReadText();
            tags[name] = record.ReadText();
        }

        return tags;
    }
}
