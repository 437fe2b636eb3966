using System.Text.Json.Serialization;

namespace Dragoman.Access.Directory;

/// <summary>The JSON of the directory's documents. Members that an older release does not know are ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Organization))]
[JsonSerializable(typeof(Team))]
[JsonSerializable(typeof(TeamKey))]
[JsonSerializable(typeof(User))]
internal sealed partial class DirectoryJson : JsonSerializerContext;
