using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dragoman.Stores.Ledger;

/// <summary>The JSON in the rows of ledgers, by generated code: a native executable has no other.</summary>
[JsonSerializable(typeof(PackedEntries))]
[JsonSerializable(typeof(UsageSums))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class LedgerJson : JsonSerializerContext
{
    /// <summary>No text here is ever part of a page, so that quotes and letters of all languages need no escapes.</summary>
    public static LedgerJson Compact { get; } = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault });
}
