using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dragoman.Stores.Ledger;

/// <summary>Entries of one batch as compressed JSON, with short names, in which each account is written once.</summary>
internal sealed class PackedEntries
{
    [JsonPropertyName("a")]
    public IReadOnlyList<string>? Accounts { get; init; }

    [JsonPropertyName("e")]
    public required IReadOnlyList<Packed> Entries { get; init; }

    public static byte[] Pack(IReadOnlyList<LedgerEntry> entries)
    {
        var accounts = new List<string>();
        var places = new Dictionary<string, int>();
        var packed = new PackedEntries { Accounts = accounts, Entries = [.. entries.Select(entry => Packed.Of(entry, PlaceOf))] };
        using var bytes = new MemoryStream();
        using (var compressed = new BrotliStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
            JsonSerializer.Serialize(compressed, packed, LedgerJson.Compact.PackedEntries);
        return bytes.ToArray();

        int PlaceOf(string account)
        {
            if (!places.TryGetValue(account, out var place))
            {
                places.Add(account, place = accounts.Count);
                accounts.Add(account);
            }

            return place;
        }
    }

    /// <exception cref="InvalidDataException">The bytes are not those of packed entries.</exception>
    public static IReadOnlyList<LedgerEntry> Unpack(byte[] bytes)
    {
        try
        {
            using var compressed = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress);
            var packed = JsonSerializer.Deserialize(compressed, LedgerJson.Compact.PackedEntries)!;
            return [.. packed.Entries.Select(entry => entry.Unpack(packed.Accounts ?? []))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException("The entries in a row of the ledger cannot be read.", exception);
        }
    }

    internal sealed class Packed
    {
        [JsonPropertyName("r")]
        public required string RequestId { get; init; }

        [JsonPropertyName("n")]
        public int Attempt { get; init; }

        /// <summary>Milliseconds since 1970.</summary>
        [JsonPropertyName("at")]
        public long At { get; init; }

        [JsonPropertyName("a")]
        public IReadOnlyList<int>? Accounts { get; init; }

        [JsonPropertyName("c")]
        public long? Cost { get; init; }

        [JsonPropertyName("t")]
        public string? Team { get; init; }

        [JsonPropertyName("k")]
        public string? Key { get; init; }

        [JsonPropertyName("u")]
        public string? User { get; init; }

        [JsonPropertyName("m")]
        public required string Model { get; init; }

        [JsonPropertyName("p")]
        public string? Provider { get; init; }

        [JsonPropertyName("g")]
        public string? Target { get; init; }

        [JsonPropertyName("d")]
        public required string Dialect { get; init; }

        [JsonPropertyName("s")]
        public int Status { get; init; }

        [JsonPropertyName("f")]
        public required string Outcome { get; init; }

        [JsonPropertyName("o")]
        public required string Origin { get; init; }

        [JsonPropertyName("ms")]
        public long Milliseconds { get; init; }

        [JsonPropertyName("ti")]
        public long InputTokens { get; init; }

        [JsonPropertyName("tr")]
        public long CacheReadTokens { get; init; }

        [JsonPropertyName("tw")]
        public long CacheWriteTokens { get; init; }

        [JsonPropertyName("to")]
        public long OutputTokens { get; init; }

        [JsonPropertyName("th")]
        public long ReasoningTokens { get; init; }

        [JsonPropertyName("l")]
        public IReadOnlyDictionary<string, string>? Tags { get; init; }

        public static Packed Of(LedgerEntry entry, Func<string, int> placeOf) => new()
        {
            RequestId = entry.RequestId,
            Attempt = entry.Attempt,
            At = entry.At.ToUnixTimeMilliseconds(),
            Accounts = entry.Accounts.Count == 0 ? null : [.. entry.Accounts.Select(placeOf)],
            Cost = entry.Cost,
            Team = entry.Team,
            Key = entry.Key,
            User = entry.User,
            Model = entry.Model,
            Provider = entry.Provider,
            Target = entry.Target,
            Dialect = entry.Dialect,
            Status = entry.Status,
            Outcome = entry.Outcome,
            Origin = entry.Origin,
            Milliseconds = entry.Milliseconds,
            InputTokens = entry.InputTokens,
            CacheReadTokens = entry.CacheReadTokens,
            CacheWriteTokens = entry.CacheWriteTokens,
            OutputTokens = entry.OutputTokens,
            ReasoningTokens = entry.ReasoningTokens,
            Tags = entry.Tags.Count == 0 ? null : entry.Tags,
        };

        public LedgerEntry Unpack(IReadOnlyList<string> accounts) => new()
        {
            RequestId = RequestId,
            Attempt = Attempt,
            At = DateTimeOffset.FromUnixTimeMilliseconds(At),
            Accounts = Accounts is null ? [] : [.. Accounts.Select(place => accounts[place])],
            Cost = Cost,
            Team = Team,
            Key = Key,
            User = User,
            Model = Model,
            Provider = Provider,
            Target = Target,
            Dialect = Dialect,
            Status = Status,
            Outcome = Outcome,
            Origin = Origin,
            Milliseconds = Milliseconds,
            InputTokens = InputTokens,
            CacheReadTokens = CacheReadTokens,
            CacheWriteTokens = CacheWriteTokens,
            OutputTokens = OutputTokens,
            ReasoningTokens = ReasoningTokens,
            Tags = Tags ?? new Dictionary<string, string>(),
        };
    }
}
