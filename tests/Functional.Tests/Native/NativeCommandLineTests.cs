using System.Diagnostics;
using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Native;

/// <summary>The command line as <c>publish.sh</c> writes it, beside a sidecar that asks for keys.</summary>
public sealed class NativeCommandLineTests : IDisposable
{
    private readonly ScratchDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task The_first_run_leads_to_an_answer()
    {
        Assert.Contains("web", await RunAsync(0, "team", "create", "web"), StringComparison.Ordinal);
        await RunAsync(0, "user", "create", "anna", "--team", "web", "--role", "lead");
        var key = (await RunAsync(0, "key", "create", "--team", "web", "--user", "anna", "--quiet")).Split('\n').Single(line => line.StartsWith("dgm_", StringComparison.Ordinal));
        Assert.Contains(key.Substring(4, 12), await RunAsync(0, "key", "list"), StringComparison.Ordinal);
        await RunAsync(2, "team", "create", "Not An Id");
        await RunAsync(5, "team", "show", "none");

        await using var sidecar = await DragomanProcess.StartAsync(
            "sidecar", directory.Path, new Dictionary<string, string?> { ["DRAGOMAN__access__mode"] = "keys" }, [Repository.NativeExecutable("sidecar")]);
        string[] remote = ["--url", sidecar.Address.ToString(), "--json"];
        await RunAsync(3, ["whoami", .. remote]);
        var caller = await RunAsync(0, new Dictionary<string, string?> { ["DRAGOMAN_KEY"] = key }, ["whoami", .. remote]);
        Assert.Equal("anna", JsonSerializer.Deserialize<JsonElement>(caller).GetProperty("user").GetString());
        await RunAsync(0, new Dictionary<string, string?> { ["DRAGOMAN_KEY"] = key }, ["models", .. remote]);
        await RunAsync(4, new Dictionary<string, string?> { ["DRAGOMAN_KEY"] = key }, ["team", "create", "other", .. remote]);
    }

    /// <summary>A tool for scripts must not be felt. The bound is for a busy machine; docs/operations.md has the measured time.</summary>
    [Fact]
    public async Task It_starts_at_once()
    {
        var shortest = TimeSpan.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var begin = Stopwatch.GetTimestamp();
            await RunAsync(0, "team", "list");
            var time = Stopwatch.GetElapsedTime(begin);
            if (time < shortest)
                shortest = time;
        }

        Assert.InRange(shortest, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
    }

    private Task<string> RunAsync(int expected, params string[] arguments) => RunAsync(expected, new Dictionary<string, string?>(), arguments);

    private async Task<string> RunAsync(int expected, Dictionary<string, string?> environment, string[] arguments)
    {
        environment["DRAGOMAN_DATA"] = directory.File("data");
        environment["XDG_CONFIG_HOME"] = directory.File("config");
        var (code, output) = await RunningProcess.RunAsync(Repository.NativeCommandLine, arguments, environment, directory.Path);
        Assert.True(code == expected, $"{string.Join(' ', arguments)}: {code}\n{output}");
        return output;
    }
}
