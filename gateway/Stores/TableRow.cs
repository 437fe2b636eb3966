using System.Text.Json.Serialization;
using Azure;

namespace Dragoman.Stores;

/// <summary>A row of <see cref="TableStore"/>, with short names for its properties, because the service sends and bills them with each row.</summary>
/// <remarks>
/// In JSON the service takes a text for a text, a number for 32 bits, and everything else with a second member that names its type
/// (specs/stores.md 1). It answers without those members if they are not asked for, and has 64 bits and bytes as texts.
/// </remarks>
internal sealed class TableRow
{
    /// <summary>The partition of all rows: only the rows of one can be written together.</summary>
    public const string Partition = "s";

    private const string Int64 = "Edm.Int64";

    public string PartitionKey { get; set; } = Partition;

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

    [JsonPropertyName("V@odata.type")]
    public string? VersionType => Version is null ? null : Int64;

    [JsonPropertyName("N@odata.type")]
    public string? PositionType => Position is null ? null : Int64;

    [JsonPropertyName("S@odata.type")]
    public string? SchemaType => Schema is null ? null : Int64;

    [JsonPropertyName("J@odata.type")]
    public string? JsonType => Json is null ? null : "Edm.Binary";

    /// <summary>The state that was read, as a condition for its replacement. Only a row that was read alone has one.</summary>
    [JsonIgnore]
    public ETag Tag { get; set; }
}
