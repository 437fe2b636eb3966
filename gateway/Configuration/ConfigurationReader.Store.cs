using System.Text.Json.Nodes;
using Dragoman.Secrets;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/store</c>.</summary>
public sealed partial class ConfigurationReader
{
    private const string DataVariable = "DRAGOMAN_DATA";
    private const string UsualData = "data";

    /// <summary>The store that is used when none is configured and callers need one.</summary>
    private SecretReference UsualStore => SecretReference.OfLiteral($"sqlite:{Path.Combine(DataFolder, "dragoman.db")}");

    private string DataFolder => environment.GetValueOrDefault(DataVariable) is { Length: > 0 } data ? data : UsualData;

    /// <summary>
    /// The connection of the store, for those who need nothing else: the rest of the file may name secrets that they do not have.
    /// </summary>
    /// <param name="path">The file; null for <see cref="UsualFile"/> in the working directory, if it exists.</param>
    /// <param name="environment">The process's variables.</param>
    /// <param name="namedBy">The argument or variable that names the file, for error messages.</param>
    /// <exception cref="ConfigurationException">The file cannot be read, or <c>/store</c> has a mistake.</exception>
    public static SecretReference ReadStoreConnection(string? path, IReadOnlyDictionary<string, string> environment, string? namedBy = null)
    {
        var (reader, root) = Open(path, environment, namedBy);
        reader.ReadKeyVault(root["keyVault"], "/keyVault");
        var connection = reader.ReadConnection(root["store"], "/store");
        return reader.mistakes.Count > 0 ? throw new ConfigurationException(reader.Report()) : connection ?? reader.UsualStore;
    }

    private SecretReference? ReadStore(JsonNode? node, string pointer, AccessSettings access) =>
        ReadConnection(node, pointer) ?? (access.Mode == AccessMode.Open ? null : UsualStore);

    private SecretReference? ReadConnection(JsonNode? node, string pointer)
    {
        var members = node is null ? [] : Members(node, pointer, "connection");
        return ReadSecret(members, "connection", pointer);
    }
}
