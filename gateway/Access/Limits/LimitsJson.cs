using System.Text.Json.Serialization;

namespace Dragoman.Access.Limits;

/// <summary>The JSON of the scopes' documents. Zeros are left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ScopeDocument))]
internal sealed partial class LimitsJson : JsonSerializerContext;
