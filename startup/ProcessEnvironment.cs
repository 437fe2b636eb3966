using System.Collections;

namespace Dragoman.Startup;

/// <summary>The variables of a process. Whoever writes one of Dragoman's in another way is told instead of passed over.</summary>
public static class ProcessEnvironment
{
    /// <summary>What all variables of Dragoman's own begin with.</summary>
    private const string Prefix = "DRAGOMAN_";

    /// <summary>What those begin with that lie over the configuration file; its reader checks them.</summary>
    private const string ConfigurationPrefix = "DRAGOMAN__";

    private static readonly string[] ServiceSchemes = ["tcp://", "udp://", "sctp://"];

    /// <summary>The variables, without those that Kubernetes has made up.</summary>
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

    /// <summary>A sentence for each variable that begins as Dragoman's do and is none.</summary>
    /// <param name="environment">The variables.</param>
    /// <param name="reader">Who looks; its own variables are meant sooner than those of others.</param>
    /// <param name="configuration">Variables of the configuration that can be meant.</param>
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

    /// <summary>A sentence when the process was started in a directory that is gone; relative names lead nowhere there.</summary>
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

    /// <summary>The prefix that all have must not make them alike.</summary>
    private static string Suggest(string name, IEnumerable<string> candidates)
    {
        var byRest = new Dictionary<string, string>();
        foreach (var candidate in candidates)
            byRest.TryAdd(candidate.StartsWith(Prefix, StringComparison.Ordinal) ? candidate[Prefix.Length..] : candidate, candidate);
        return NearestName.Find(name[Prefix.Length..], byRest.Keys) is { } nearest ? $" (did you mean {byRest[nearest]}?)" : "";
    }

    /// <summary>
    /// Whether a variable tells of a Service by the name of <c>dragoman</c>, or of one that begins so: Kubernetes puts
    /// <c>DRAGOMAN_SERVICE_HOST</c>, <c>DRAGOMAN_PORT_80_TCP_ADDR</c> and, of a Service <c>dragoman-sidecar</c>,
    /// <c>DRAGOMAN_SIDECAR_PORT=tcp://10.0.0.1:5081</c> into every container of the namespace.
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
