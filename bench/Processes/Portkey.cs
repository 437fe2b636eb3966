using System.Text.Json;

namespace Dragoman.Bench.Processes;

/// <summary>Portkey's gateway, as <c>bench/peers/portkey</c> pins it: asked in OpenAI's chat, it asks the upstream in Anthropic's.</summary>
/// <param name="program">The package's entry.</param>
internal sealed class Portkey(string program)
{
    /// <summary>Set by run.sh, which installs the package.</summary>
    private const string Home = "BENCH_PORTKEY";

    private const string Package = "node_modules/@portkey-ai/gateway";

    public static Dictionary<string, string> ProcessEnvironment => new() { ["NODE_ENV"] = "production" };

    /// <returns>Nothing where it is not installed.</returns>
    public static Portkey? Find() =>
        Environment.GetEnvironmentVariable(Home) is { Length: > 0 } home && Path.GetFullPath(Path.Combine(home, Package, "build", "start-server.js")) is var program && File.Exists(program)
            ? new Portkey(program)
            : null;

    /// <summary>Tells Portkey which dialect to translate into and where to.</summary>
    public static (string Name, string Value)[] HeadersFor(Uri upstream) =>
        [("x-portkey-provider", "anthropic"), ("x-portkey-custom-host", $"{upstream}anthropic/v1")];

    /// <summary>Its version and Node's.</summary>
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
