using System.Text.Json;

namespace Dragoman.Bench.Processes;

/// <summary>Portkey's gateway, pinned in <c>bench/peers/portkey</c>. It translates OpenAI's chat to Anthropic's dialect.</summary>
/// <param name="program">The package's entry file.</param>
internal sealed class Portkey(string program)
{
    /// <summary>Set by run.sh, which installs the package.</summary>
    private const string Home = "BENCH_PORTKEY";

    private const string Package = "node_modules/@portkey-ai/gateway";

    public static Dictionary<string, string> ProcessEnvironment => new() { ["NODE_ENV"] = "production" };

    /// <returns>Null when it is not installed.</returns>
    public static Portkey? Find() =>
        Environment.GetEnvironmentVariable(Home) is { Length: > 0 } home && Path.GetFullPath(Path.Combine(home, Package, "build", "start-server.js")) is var program && File.Exists(program)
            ? new Portkey(program)
            : null;

    /// <summary>The headers that give Portkey the upstream's dialect and address.</summary>
    public static (string Name, string Value)[] HeadersFor(Uri upstream) =>
        [("x-portkey-provider", "anthropic"), ("x-portkey-custom-host", $"{upstream}anthropic/v1")];

    /// <summary>The versions of Portkey and Node.</summary>
    public static string? Version()
    {
        if (Find() is null)
            return null;
        var home = Environment.GetEnvironmentVariable(Home)!;
        using var package = JsonDocument.Parse(File.ReadAllText(Path.Combine(home, Package, "package.json")));
        return $"Portkey {package.RootElement.GetProperty("version").GetString()} on Node.js {Machine.Run("node", "--version")}";
    }

    public string[] CommandFor(int port) => ["node", program, $"--port={port}", "--headless"];
}
