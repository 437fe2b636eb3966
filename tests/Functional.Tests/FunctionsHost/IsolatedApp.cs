using Dragoman.Functional.Tests.Harness;
using Dragoman.FunctionsHost;

namespace Dragoman.Functional.Tests.FunctionsHost;

/// <summary>The function app of the isolated worker, as the build left it.</summary>
internal static class IsolatedApp
{
    /// <summary>The app's folder.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "functions", "bin", Repository.BuildConfiguration, "net10.0");

    /// <summary>The Functions host of the tests as a program.</summary>
    public static string HostProgram { get; } = Path.Combine(Repository.Root, "tests", "FunctionsHost", "bin", Repository.BuildConfiguration, "net10.0", "dragoman-functions-host");

    /// <summary>The app with an empty home directory and without the developer's variables.</summary>
    /// <param name="home">The home directory of the worker's user.</param>
    /// <param name="environment">Further variables. A null value removes a name.</param>
    /// <param name="folder">The app's folder; the build's when null.</param>
    public static WorkerApp In(string home, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null)
    {
        var complete = Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(RunningProcess.ChangesBehavior).ToDictionary(name => name, _ => (string?)null);
        complete["HOME"] = home;
        complete["DRAGOMAN_DATA"] = Path.Combine(Path.GetTempPath(), "dragoman-no-data");
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            complete[name] = value;
        return new WorkerApp(folder ?? Folder) { Environment = complete };
    }
}
