using System.Text.Json;

namespace Dragoman.FunctionsHost;

/// <summary>A function app of the .NET isolated worker, as a build or a publish left it.</summary>
/// <param name="Folder">The folder with <c>host.json</c> and <c>worker.config.json</c>.</param>
public sealed record WorkerApp(string Folder)
{
    /// <summary>Variables of the worker, over those of this process. A null value removes a name.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>A program with its arguments that runs the worker's program, such as one that changes the user.</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>The port for clients; 0 takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>The program and the first arguments that start the worker, as its <c>worker.config.json</c> says.</summary>
    internal IReadOnlyList<string> Command()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "worker.config.json")));
        var description = file.RootElement.GetProperty("description");
        string Member(string name) => description.GetProperty(name).GetString()!.Replace("{WorkerRoot}", Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return [.. Launcher, Member("defaultExecutablePath"), Path.Combine(Folder, Member("defaultWorkerPath"))];
    }

    /// <summary>The prefix of all routes in the app's <c>host.json</c>.</summary>
    internal string RoutePrefix()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "host.json")));
        return file.RootElement.TryGetProperty("extensions", out var extensions) && extensions.TryGetProperty("http", out var http)
            && http.TryGetProperty("routePrefix", out var prefix) ? prefix.GetString()! : "api";
    }
}
