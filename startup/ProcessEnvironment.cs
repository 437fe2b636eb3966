using System.Collections;

namespace Dragoman.Startup;

/// <summary>The variables of a process. A misspelled variable of Dragoman's is reported instead of ignored.</summary>
public static class ProcessEnvironment
{
    /// <summary>The prefix of all variables of Dragoman's.</summary>
    private const string Prefix = "DRAGOMAN_";

    /// <summary>The prefix of the variables that override the configuration file; the configuration's reader checks them.</summary>
    private const string ConfigurationPrefix = "DRAGOMAN__";

    private static readonly string[] ServiceSchemes = ["tcp://", "udp://", "sctp://"];

    /// <summary>Reads the variables, without those that Kubernetes sets for Services.</summary>
    public static Dictionary<string, string> Read()
    {
        var variables = new Dictionary<string, string>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var (name, value) = ((string)variable.Key, (string?)variable.Value ?? "");
            if (!IsOfKubernetes(name, value))
                variables[name] = value;
        }

        return variables;
    }

    /// <summary>A message for each variable with Dragoman's prefix that is not known.</summary>
    /// <param name="environment">The variables.</param>
    /// <param name="reader">The part of Dragoman that asks; its own variables are suggested before those of others.</param>
    /// <param name="configuration">Returns the variables of the configuration, for suggestions.</param>
    public static IEnumerable<string> FindMistakes(
        IReadOnlyDictionary<string, string> environment, VariableReaders reader, Func<IEnumerable<string>> configuration)
    {
        var unknown = new List<string>();
        foreach (var (name, value) in environment)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                && !name.StartsWith(ConfigurationPrefix, StringComparison.OrdinalIgnoreCase)
                && !KnownVariable.All.Any(known => known.Name == name)
                && !IsOfKubernetes(name, value))
                unknown.Add(name);
        }

        if (unknown.Count == 0)
            return [];
        unknown.Sort(StringComparer.Ordinal);
        var known = KnownVariable.All.Where(each => !each.Readers.HasFlag(VariableReaders.Tests)).ToList();
        string[] candidates =
        [
            .. known.Where(each => (each.Readers & reader) != 0).Select(each => each.Name), .. configuration(),
            .. known.Where(each => (each.Readers & reader) == 0).Select(each => each.Name).Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)),
        ];
        return unknown.Select(name =>
            $"environment variable {Printable.Line(name)} is not known{Suggest(name, candidates)}; allowed: those that --help lists, and {ConfigurationPrefix}path__of__a__member for the configuration");
    }

    /// <summary>A message when the working directory no longer exists or cannot be entered, so that relative paths lead nowhere; else null.</summary>
    public static string? FindDirectoryMistake()
    {
        try
        {
            _ = Directory.GetCurrentDirectory();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "the working directory is gone, or may not be entered by the user of this process; allowed: one that is there";
        }
    }

    /// <summary>Compares without the common prefix, which would make all names look similar.</summary>
    private static string Suggest(string name, IEnumerable<string> candidates)
    {
        var byRest = new Dictionary<string, string>();
        foreach (var candidate in candidates)
            byRest.TryAdd(candidate.StartsWith(Prefix, StringComparison.Ordinal) ? candidate[Prefix.Length..] : candidate, candidate);
        return NearestName.Find(name[Prefix.Length..], byRest.Keys) is { } nearest ? $" (did you mean {byRest[nearest]}?)" : "";
    }

    /// <summary>
    /// Whether Kubernetes set a variable for a Service named <c>dragoman</c>, or with a name that begins so. It sets
    /// <c>DRAGOMAN_SERVICE_HOST</c>, <c>DRAGOMAN_PORT_80_TCP_ADDR</c> and, for a Service <c>dragoman-sidecar</c>,
    /// <c>DRAGOMAN_SIDECAR_PORT=tcp://10.0.0.1:5081</c> in every container of the namespace.
    /// </summary>
    private static bool IsOfKubernetes(string name, string value)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        if (name.EndsWith("_SERVICE_HOST", StringComparison.Ordinal) || name.Contains("_SERVICE_PORT", StringComparison.Ordinal))
            return true;
        var port = name.IndexOf("_PORT_", StringComparison.Ordinal);
        return port >= 0
            ? port + "_PORT_".Length < name.Length && char.IsAsciiDigit(name[port + "_PORT_".Length])
            : name.EndsWith("_PORT", StringComparison.Ordinal) && Array.Exists(ServiceSchemes, scheme => value.StartsWith(scheme, StringComparison.Ordinal));
    }
}
