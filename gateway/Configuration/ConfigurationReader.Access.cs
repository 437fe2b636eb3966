using System.Net;
using System.Text.Json.Nodes;
using Dragoman.Secrets;
using Dragoman.Startup;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/access</c>.</summary>
public sealed partial class ConfigurationReader
{
    /// <summary>Ollama's own variable, for users who switch from Ollama.</summary>
    private const string OriginsVariable = "OLLAMA_ORIGINS";

    private const string OriginRule = "is not an origin; allowed: such as https://app.example.com, with at most one \"*\", or \"*\" for any";

    private static readonly Dictionary<string, AccessMode> Modes = new(StringComparer.Ordinal)
    {
        ["open"] = AccessMode.Open,
        ["keys"] = AccessMode.Keys,
        ["jwt"] = AccessMode.Jwt,
        ["both"] = AccessMode.Both,
    };

    private AccessSettings ReadAccess(JsonNode? node, string pointer)
    {
        var members = node is null ? [] : Members(
            node, pointer, "mode", "allowOpenNetwork", "origins", "hosts", "downloads", "adminKey", "stateKey", "frontKey", "earlierFrontKey", "adminPort", "proxies", "keyless", "storeAway", "waitingRoom", "issuers");
        var (mode, issuers) = (ReadMode(members, pointer), ReadIssuers(members, pointer));
        if (mode.HasFlag(AccessMode.Jwt) && members["issuers"] is null or JsonArray { Count: 0 })
            Mistake(pointer + "/issuers", "is required for the mode jwt or both: at least one issuer of tokens");
        return new AccessSettings(mode, Switch(members, "allowOpenNetwork", pointer) ?? false)
        {
            Origins = ReadOrigins(members, pointer),
            Hosts = ReadHosts(members, pointer),
            Downloads = ReadDownloads(members, pointer),
            AdminKey = ReadLongSecret(members, "adminKey", pointer, AccessSettings.LeastAdminKey),
            StateKey = ReadLongSecret(members, "stateKey", pointer, AccessSettings.LeastStateKey),
            FrontKey = ReadLongSecret(members, "frontKey", pointer, AccessSettings.LeastFrontKey),
            EarlierFrontKey = ReadEarlierFrontKey(members, pointer),
            AdminPort = ReadAdminPort(members, pointer),
            Proxies = ReadNetworks(members, "proxies", pointer) ?? AccessSettings.LocalProxies,
            Keyless = ReadKeyless(members["keyless"], pointer + "/keyless"),
            StoreAway = ReadStoreAway(members["storeAway"], pointer + "/storeAway"),
            WaitingRoom = ReadWaitingRoom(members["waitingRoom"], pointer + "/waitingRoom"),
            Issuers = issuers,
        };
    }

    private AccessMode ReadMode(JsonObject access, string pointer)
    {
        if (Text(access, "mode", pointer) is not { } text)
            return AccessMode.Open;
        if (Modes.TryGetValue(text, out var mode))
            return mode;
        Unknown(pointer + "/mode", text, Modes.Keys);
        return AccessMode.Open;
    }

    private SecretReference? ReadLongSecret(JsonObject members, string name, string pointer, int least)
    {
        if (ReadSecret(members, name, pointer) is not { } key)
            return null;
        if (key.Value is not { } value || value.Length >= least)
            return key;
        Mistake($"{pointer}/{name}", $"is shorter than {least} characters, so that it could be guessed");
        return null;
    }

    private SecretReference? ReadEarlierFrontKey(JsonObject access, string pointer)
    {
        if (access["earlierFrontKey"] is not null && access["frontKey"] is null)
            Mistake(pointer + "/earlierFrontKey", "is of use only beside frontKey, the key that replaces it");
        return ReadLongSecret(access, "earlierFrontKey", pointer, AccessSettings.LeastFrontKey);
    }

    private int? ReadAdminPort(JsonObject access, string pointer)
    {
        if (Count(access, "adminPort", pointer) is not { } port)
            return null;
        if (port <= ushort.MaxValue)
            return port;
        Mistake(pointer + "/adminPort", $"must be a port from 1 to {ushort.MaxValue}");
        return null;
    }

    private List<IPNetwork>? ReadNetworks(JsonObject members, string name, string pointer)
    {
        if (ReadTexts(members, name, pointer) is not { } texts)
            return null;
        List<IPNetwork> networks = [];
        foreach (var (index, text) in texts.Index())
        {
            if (Network.TryParse(text, out var network))
                networks.Add(network);
            else
                Mistake($"{pointer}/{name}/{index}", $"{Printable.Quote(text)} is not a network; {Network.Rule}");
        }

        return networks;
    }

    private KeylessAccess? ReadKeyless(JsonNode? node, string pointer)
    {
        if (node is null)
            return null;
        var members = Members(node, pointer, "team", "networks");
        var (team, networks) = (Text(members, "team", pointer), ReadNetworks(members, "networks", pointer));
        if (team is null)
            Mistake(pointer + "/team", "is required: the id of a team");
        if (networks is null || members["networks"] is JsonArray { Count: 0 })
            Mistake(pointer + "/networks", "is required: a list of at least one network, such as [\"127.0.0.0/8\"]");
        if (team is not null && !TeamId.Is(team))
            Mistake(pointer + "/team", $"{Printable.Quote(team)} is not the id of a team; allowed: {TeamId.Rule}");
        return team is null || networks is null ? null : new KeylessAccess(team, networks);
    }

    private StoreAwayPolicy ReadStoreAway(JsonNode? node, string pointer)
    {
        if (node is null)
            return StoreAwayPolicy.Default;
        var members = Members(node, pointer, "seconds", "then");
        var then = Text(members, "then", pointer);
        if (then is not (null or "refuse" or "serve"))
            Unknown(pointer + "/then", then, ["refuse", "serve"]);
        return new StoreAwayPolicy(Seconds(members, "seconds", pointer) ?? StoreAwayPolicy.Default.Grace, then == "serve");
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
