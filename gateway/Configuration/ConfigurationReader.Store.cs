using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/store</c>.</summary>
public sealed partial class ConfigurationReader
{
    private const string DataVariable = "DRAGOMAN_DATA";
    private const string UsualData = "data";

    /// <summary>The store that is used when none is configured and callers need one.</summary>
    private string UsualStore => $"sqlite:{Path.Combine(environment.GetValueOrDefault(DataVariable) is { Length: > 0 } data ? data : UsualData, "dragoman.db")}";

    private string? ReadStore(JsonNode? node, string pointer, AccessSettings access)
    {
        var members = node is null ? [] : Members(node, pointer, "connection");
        return ReadSecret(members, "connection", pointer) ?? (access.Mode == AccessMode.Open ? null : UsualStore);
    }
}
