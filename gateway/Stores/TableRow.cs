using System.Text.Json.Serialization;
using Azure;

namespace Dragoman.Stores;

/// <summary>A row of a store or a ledger in a table, with short names for its properties, because the service sends and bills them with each row.</summary>
/// <remarks>
/// In JSON the service takes a text for a text, a number for 32 bits, and everything else with a second member that names its type
/// (specs/stores.md 1). It answers without those members if they are not asked for, and has 64 bits and bytes as texts.
/// </remarks>
internal sealed class TableRow
{
    private const string Int64 = "Edm.Int64";

    /// <summary>Only rows of one partition can be written together.</summary>
    public string PartitionKey { get; set; } = "";

    public string RowKey { get; set; } = "";

    [JsonPropertyName("V")]
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public long? Version { get; set; }

    /// <summary>Of an audit entry its position, of a document its index in the write that changed it last.</summary>
    [JsonPropertyName("N")]
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public long? Position { get; set; }

    [JsonPropertyName("S")]
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public long? Schema { get; set; }

    [JsonPropertyName("P")]
    public string? Owner { get; set; }

    [JsonPropertyName("J")]
    public byte[]? Json { get; set; }

    [JsonPropertyName("D")]
    public bool? IsDeleted { get; set; }

    [JsonPropertyName("K")]
    public string? Kind { get; set; }

    /// <summary>The hexadecimal digits of an id.</summary>
    [JsonPropertyName("I")]
    public string? Id { get; set; }

    /// <summary>Of an account in the ledger its limit.</summary>
    [JsonPropertyName("M")]
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public long? Limit { get; set; }

    [JsonPropertyName("L")]
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public long? Leased { get; set; }

    [JsonPropertyName("U")]
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public long? Settled { get; set; }

    /// <summary>Of an account or a lease in the ledger what is assumed to be used.</summary>
    [JsonPropertyName("A")]
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public long? Assumed { get; set; }

    [JsonPropertyName("X")]
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public long? Excess { get; set; }

    /// <summary>Of a lease in the ledger its amount, of a correction what it has changed.</summary>
    [JsonPropertyName("B")]
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public long? Amount { get; set; }

    /// <summary>Milliseconds since 1970.</summary>
    [JsonPropertyName("T")]
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public long? Time { get; set; }

    /// <summary>Of a process in the ledger: its leases were assumed to be used.</summary>
    [JsonPropertyName("E")]
    public bool? IsExpired { get; set; }

    /// <summary>Of a process in the ledger: its last batch was applied.</summary>
    [JsonPropertyName("F")]
    public bool? IsEnded { get; set; }

    /// <summary>Why a correction was made.</summary>
    [JsonPropertyName("R")]
    public string? Reason { get; set; }

    [JsonPropertyName("V@odata.type")]
    public string? VersionType => Version is null ? null : Int64;

    [JsonPropertyName("N@odata.type")]
    public string? PositionType => Position is null ? null : Int64;

    [JsonPropertyName("S@odata.type")]
    public string? SchemaType => Schema is null ? null : Int64;

    [JsonPropertyName("M@odata.type")]
    public string? LimitType => Limit is null ? null : Int64;

    [JsonPropertyName("L@odata.type")]
    public string? LeasedType => Leased is null ? null : Int64;

    [JsonPropertyName("U@odata.type")]
    public string? SettledType => Settled is null ? null : Int64;

    [JsonPropertyName("A@odata.type")]
    public string? AssumedType => Assumed is null ? null : Int64;

    [JsonPropertyName("X@odata.type")]
    public string? ExcessType => Excess is null ? null : Int64;

    [JsonPropertyName("B@odata.type")]
    public string? AmountType => Amount is null ? null : Int64;

    [JsonPropertyName("T@odata.type")]
    public string? TimeType => Time is null ? null : Int64;

    [JsonPropertyName("J@odata.type")]
    public string? JsonType => Json is null ? null : "Edm.Binary";

    /// <summary>The state that was read, as a condition for its replacement. Only a row that was read alone has one.</summary>
    [JsonIgnore]
    public ETag Tag { get; set; }
}
