using System.Net;

namespace Dragoman.Startup;

/// <summary>
/// The variables that servers of ASP.NET Core read, and that people therefore try. Those that say where to listen count when nothing of
/// Dragoman's own does. The rest is refused by name, or noted when it cannot mislead anybody about who is served.
/// </summary>
public sealed class FrameworkVariables
{
    /// <summary>Prefixes of the framework's variables; of two that are set, the first counts.</summary>
    private static readonly string[] Prefixes = ["ASPNETCORE_", "DOTNET_", ""];

    /// <summary>Variables that have another place here, which their readers are told.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["FORWARDEDHEADERS_ENABLED"] = "/access/proxies of the configuration names the proxies whose headers are trusted",
        ["ALLOWEDHOSTS"] = "/access/hosts of the configuration names the hosts that are served",
        ["SHUTDOWNTIMEOUTSECONDS"] = "/limits/drainSeconds of the configuration is the time that running requests get",
    };

    /// <summary>Set by the Functions host or by its images; the framework's variables are then the host's own.</summary>
    private static readonly string[] OfFunctionsHost = ["FUNCTIONS_CUSTOMHANDLER_PORT", "FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsScriptRoot"];

    private readonly List<string> notices = [];

    private FrameworkVariables()
    {
    }

    /// <summary>The address to listen on; null when no variable gives one.</summary>
    public IPAddress? Address { get; private set; }

    /// <summary>The port to listen on; null when no variable gives one.</summary>
    public int? Port { get; private set; }

    /// <summary>A line for each variable that is set and has no effect.</summary>
    public IReadOnlyList<string> Notices => notices;

    /// <param name="environment">The variables.</param>
    /// <param name="listenVariable">Dragoman's own variable with the address, for messages.</param>
    /// <param name="portVariable">Dragoman's own variable with the port, for messages; empty when another program chooses the port.</param>
    /// <param name="given">What says already where to listen, such as an argument; null when nothing does.</param>
    /// <param name="mistakes">Receives a line for each variable that cannot be honored.</param>
    public static FrameworkVariables Read(
        IReadOnlyDictionary<string, string> environment, string listenVariable, string portVariable, string? given, ICollection<string> mistakes)
    {
        var read = new FrameworkVariables();
        if (portVariable.Length == 0 || Array.Exists(OfFunctionsHost, name => environment.TryGetValue(name, out var value) && value.Length > 0))
            return read;
        var instead = $"set {listenVariable} and {portVariable} instead";
        foreach (var (name, value) in InOrder(environment))
        {
            var (prefix, bare) = Split(name);
            if (bare is "URLS" or "HTTP_PORTS")
                read.Listen(name, value, isUrl: bare == "URLS", IsOfImage(bare, value, environment), given, instead, mistakes);
            else if (bare is "HTTPS_PORTS" || (bare is "HTTPS_PORT" && prefix.Length > 0))
                mistakes.Add($"environment variable {name} cannot be honored, because Dragoman serves no TLS; a proxy in front of it does; {instead}");
            else if (bare.StartsWith("KESTREL__", StringComparison.Ordinal))
                mistakes.Add($"environment variable {Printable.Line(name)} cannot be honored; {instead}, and /limits of the configuration for limits; TLS is for a proxy in front of Dragoman");
            else if (bare.StartsWith("LOGGING__", StringComparison.Ordinal))
                mistakes.Add($"environment variable {Printable.Line(name)} cannot be honored, because the log has no levels to choose from; unset it");
            else if (Elsewhere.TryGetValue(bare, out var place))
                read.notices.Add($"{Printable.Line(name)} has no effect: {place}");
            else if (bare is "ENVIRONMENT" && prefix.Length > 0 && !value.Equals("Production", StringComparison.OrdinalIgnoreCase))
                read.notices.Add($"{name}={Printable.Line(value)} has no effect: Dragoman is the same in every environment; DRAGOMAN_CONFIG names another configuration");
        }

        return read;
    }

    /// <summary>Addresses before ports, as with the framework, and the prefixes in their order.</summary>
    private static IEnumerable<KeyValuePair<string, string>> InOrder(IReadOnlyDictionary<string, string> environment) => environment
        .Where(static variable => variable.Value.Length > 0)
        .OrderByDescending(static variable => Split(variable.Key).Bare == "URLS")
        .ThenBy(static variable => Array.IndexOf(Prefixes, Split(variable.Key).Prefix))
        .ThenBy(static variable => variable.Key, StringComparer.Ordinal);

    /// <summary>The framework reads names in any case.</summary>
    private static (string Prefix, string Bare) Split(string name)
    {
        var upper = name.ToUpperInvariant();
        var prefix = Prefixes.First(prefix => upper.StartsWith(prefix, StringComparison.Ordinal));
        return (prefix, upper[prefix.Length..].Replace(":", "__", StringComparison.Ordinal));
    }

    /// <summary>Microsoft's images set the port 8080 for every program; nobody has chosen it.</summary>
    private static bool IsOfImage(string bare, string value, IReadOnlyDictionary<string, string> environment) =>
        bare == "HTTP_PORTS" && value == "8080" && environment.TryGetValue("DOTNET_RUNNING_IN_CONTAINER", out var container) && container == "true";

    private void Listen(string name, string value, bool isUrl, bool isOfImage, string? given, string instead, ICollection<string> mistakes)
    {
        if (given is not null || Port is not null || isOfImage)
        {
            notices.Add($"{name}={Printable.Line(value)} has no effect: {(given is not null ? $"{given} says where to listen" : isOfImage ? $"it is a preset of the container's image; {instead}" : "another variable says where to listen")}");
            return;
        }

        var source = $"environment variable {name}";
        var parts = value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length != 1)
            mistakes.Add($"{source} has {parts.Length} addresses, and Dragoman listens on one; {instead}");
        else if (!isUrl)
            (Address, Port) = (IPAddress.Any, ListenAddress.ReadPort(parts[0], source, mistakes));
        else
            ReadUrl(parts[0], source, instead, mistakes);
    }

    private void ReadUrl(string url, string source, string instead, ICollection<string> mistakes)
    {
        const string Scheme = "http://";
        const int UsualPort = 80;
        var rest = url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? url[Scheme.Length..].TrimEnd('/') : "/";
        if (rest.Contains('/', StringComparison.Ordinal))
        {
            mistakes.Add($"{source}: {Printable.Quote(Printable.Line(url))} cannot be honored; allowed: an http address without a path, such as http://0.0.0.0:8080; or {instead}");
            return;
        }

        var colon = rest.EndsWith(']') ? -1 : rest.LastIndexOf(':');
        var host = (colon < 0 ? rest : rest[..colon]).Trim('[', ']');
        Port = colon < 0 ? UsualPort : ListenAddress.ReadPort(rest[(colon + 1)..], source, mistakes);
        Address = host switch
        {
            "*" or "+" => IPAddress.Any,
            _ when host.Equals("localhost", StringComparison.OrdinalIgnoreCase) => IPAddress.Loopback,
            _ => ListenAddress.ReadAddress(host, source, mistakes),
        };
    }
}
