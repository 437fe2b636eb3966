using System.Text.Json.Serialization;

namespace Dragoman.Stores;

/// <summary>The JSON of the table service, by generated code: a native executable has no other.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TableRow))]
[JsonSerializable(typeof(TableRows.Page))]
[JsonSerializable(typeof(TableRows.NewTable))]
[JsonSerializable(typeof(TableRows.Problem))]
internal sealed partial class TableJson : JsonSerializerContext;
