using System.Text.Json.Serialization;

namespace Dragoman.Access.Budgets;

/// <summary>The JSON of claims.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NoticeClaim))]
internal sealed partial class NoticeJson : JsonSerializerContext;
