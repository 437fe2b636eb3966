using System.Text.Json.Nodes;
using Dragoman.Startup;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/access</c>.</summary>
public sealed partial class ConfigurationReader
{
    /// <summary>Ollama's own variable, for users who switch from Ollama.</summary>
    private const string OriginsVariable = "OLLAMA_ORIGINS";

    private const string OriginRule = "is not an origin; allowed: such as https://app.example.com, with at most one \"*\", or \"*\" for any";

    private AccessSettings ReadAccess(JsonNode? node, string pointer)
    {
        var members = node is null ? [] : Members(node, pointer, "mode", "allowOpenNetwork", "origins", "hosts", "downloads");
        if (Text(members, "mode", pointer) is not (null or "open") and var mode)
            Mistake(pointer + "/mode", $"{Printable.Quote(mode)} is not supported by this version; allowed: open");
        return new AccessSettings(AccessMode.Open, Switch(members, "allowOpenNetwork", pointer) ?? false)
        {
            Origins = ReadOrigins(members, pointer),
            Hosts = ReadHosts(members, pointer),
            Downloads = ReadDownloads(members, pointer),
        };
    }

    private DownloadPolicy ReadDownloads(JsonObject access, string pointer)
    {
        switch (Text(access, "downloads", pointer))
        {
            case null or "public":
                return DownloadPolicy.Public;
            case "any":
                return DownloadPolicy.Any;
            case "none":
                return DownloadPolicy.None;
            case var other:
                Unknown(pointer + "/downloads", other, ["public", "any", "none"]);
                return DownloadPolicy.Public;
        }
    }

    private List<string> ReadOrigins(JsonObject access, string pointer)
    {
        if (ReadTexts(access, "origins", pointer) is { } origins)
        {
            foreach (var wrong in origins.Where(origin => !IsOrigin(origin)))
                Mistake(pointer + "/origins", $"{Printable.Quote(wrong)} {OriginRule}");
            return origins;
        }

        origins = [.. environment.GetValueOrDefault(OriginsVariable, "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        mistakes.AddRange(origins.Where(origin => !IsOrigin(origin)).Select(wrong => $"environment variable {OriginsVariable}: {Printable.Quote(wrong)} {OriginRule}"));
        return origins;
    }

    private static bool IsOrigin(string text) =>
        text.Count(letter => letter == '*') switch
        {
            // A browser sends scheme, host and port; an origin with anything after them would never match.
            0 => text.Split("://") is [{ Length: > 0 }, { Length: > 0 } host] && !host.AsSpan().ContainsAny("/?#@"),
            1 => true,
            _ => false,
        }
        && !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter));

    private List<string> ReadHosts(JsonObject access, string pointer)
    {
        var hosts = ReadTexts(access, "hosts", pointer) ?? [];
        foreach (var wrong in hosts.Where(host => host != "*" && Uri.CheckHostName(host) == UriHostNameType.Unknown))
            Mistake(pointer + "/hosts", $"{Printable.Quote(wrong)} is not a host's name; allowed: a name or address without scheme and port, or \"*\" for any");
        return hosts;
    }
}
