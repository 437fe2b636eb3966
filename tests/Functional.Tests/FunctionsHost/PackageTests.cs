using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;
using Dragoman.Functional.Tests.Packages;
using Dragoman.FunctionsHost;
using Xunit;

namespace Dragoman.Functional.Tests.FunctionsHost;

/// <summary>The packages of the function app of each hosting model, unpacked: a folder that the Functions host runs as it is.</summary>
[Collection(PackedCollection.Name)]
public sealed partial class PackageTests(PackedProduct published) : IDisposable
{
    private readonly ScratchDirectory home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public void The_isolated_app_has_everything_that_the_host_reads()
    {
        var folder = published.Isolated;

        Assert.False(Json(folder, "host.json").TryGetProperty("customHandler", out _));
        Assert.Empty(Directory.GetFiles(folder, "function.json", SearchOption.AllDirectories));
        var description = Json(folder, "worker.config.json").GetProperty("description");
        Assert.Equal("dotnet-isolated", description.GetProperty("language").GetString());
        Assert.Equal("dotnet", description.GetProperty("defaultExecutablePath").GetString());
        AssertExists(folder, description.GetProperty("defaultWorkerPath").GetString()!);
        Assert.True(Json(folder, "functions.metadata").GetArrayLength() > 30);
        // The host answers 404 to everything without this extension.
        var extension = Assert.Single(Json(folder, "extensions.json").GetProperty("extensions").EnumerateArray().ToList());
        AssertExists(folder, extension.GetProperty("hintPath").GetString()!);
        AssertExists(folder, ".azurefunctions/function.deps.json");
        foreach (var library in Assemblies(folder))
            AssertExists(folder, library);
        // Alone, for nginx or in a container.
        AssertExists(folder, "dragoman-functions");
        var options = Json(folder, "dragoman-functions.runtimeconfig.json").GetProperty("runtimeOptions");
        Assert.False(options.TryGetProperty("includedFrameworks", out _), "the runtime is the platform's");
        Assert.False(options.GetProperty("configProperties").TryGetProperty("System.Runtime.TieredCompilation.CallCountingDelayMs", out _));
        AssertNoSymbols(folder);
    }

    [Fact]
    public void The_custom_handler_has_everything_that_the_host_reads()
    {
        var folder = published.Custom;

        var handler = Json(folder, "host.json").GetProperty("customHandler");
        Assert.True(handler.GetProperty("enableProxyingHttpRequest").GetBoolean());
        var executable = Path.Combine(folder, handler.GetProperty("description").GetProperty("defaultExecutablePath").GetString()!);
        Assert.True(File.GetUnixFileMode(executable).HasFlag(UnixFileMode.OtherExecute));
        Assert.Equal(
            Directory.GetDirectories(Path.Combine(Repository.Root, "functions", "custom")).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Directory.GetFiles(folder, "function.json", SearchOption.AllDirectories).Select(file => Path.GetFileName(Path.GetDirectoryName(file))).Order(StringComparer.Ordinal));
        // The host would start an isolated worker too.
        Assert.False(File.Exists(Path.Combine(folder, "worker.config.json")));
        Assert.False(File.Exists(Path.Combine(folder, "functions.metadata")));
        AssertNoSymbols(folder);
    }

    [Theory]
    [InlineData("isolated", 15)]
    [InlineData("custom", 25)]
    public void A_package_is_small_and_the_same_every_day(string hosting, int megabytes)
    {
        var package = published.Package(hosting);

        Assert.InRange(new FileInfo(package).Length, 1_000_000, megabytes * 1_000_000 - 1);
        using var zip = ZipFile.OpenRead(package);
        Assert.Equal(zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal), zip.Entries.Select(entry => entry.FullName));
        Assert.All(zip.Entries, entry => Assert.Equal(new DateTime(2000, 1, 1), entry.LastWriteTime.DateTime));
    }

    /// <summary>Compiling at the start would make a cold start several times slower, and nothing else would tell.</summary>
    [Fact]
    public void The_isolated_app_is_compiled_ahead_of_time()
    {
        foreach (var assembly in (string[])["dragoman-functions.dll", "Dragoman.Gateway.dll", "Npgsql.dll"])
        {
            using var reader = new PEReader(File.OpenRead(Path.Combine(published.Isolated, assembly)));
            Assert.True(reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0, $"{assembly} has no native code");
        }
    }

    [AsOtherUserFact]
    public async Task The_isolated_app_runs_as_another_user_on_a_read_only_file_system()
    {
        await using var provider = await WorkerDeployment.StartProviderAsync(WorkerDeployment.AnswerWholeAsync);
        var app = IsolatedApp.In(home.Path, WorkerDeployment.EnvironmentFor(provider), published.Isolated);
        await using var host = await WorkerHost.StartAsync(app with { Launcher = OtherUser.Launcher });
        using var client = PlainHttpClient.For(host.Address);

        await AssertAnswersAsync(client);

        AssertIsOtherUser(host.WorkerProcessId);
        Assert.Equal(0, (await host.TerminateAsync()).ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
    }

    [AsOtherUserFact]
    public async Task The_custom_handler_runs_as_another_user_on_a_read_only_file_system_on_the_hosts_port()
    {
        await using var provider = await WorkerDeployment.StartProviderAsync(WorkerDeployment.AnswerWholeAsync);
        var folder = published.Custom;
        var port = FreePort.Find();
        var environment = WorkerDeployment.EnvironmentFor(provider);
        environment["HOME"] = home.Path;
        environment["FUNCTIONS_CUSTOMHANDLER_PORT"] = $"{port}";
        await using var handler = RunningProcess.Start(OtherUser.Launcher[0], [.. OtherUser.Launcher.Skip(1), Path.Combine(folder, "dragoman-functions")], environment, folder);
        var line = await handler.LineAsync(Listening());
        Assert.Equal(port, int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture));
        using var client = PlainHttpClient.For(new Uri($"http://127.0.0.1:{port}"));

        await AssertAnswersAsync(client);

        AssertIsOtherUser(handler.Id);
        Assert.Equal(0, await handler.TerminateAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
    }

    private static async Task AssertAnswersAsync(HttpClient client)
    {
        foreach (var dialect in Dialect.All)
        {
            using var answer = await client.SendAsync(dialect.Request(WorkerDeployment.Model, stream: false));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private static void AssertIsOtherUser(int process)
    {
        Assert.Contains($"Uid:\t{OtherUser.Id}\t{OtherUser.Id}\t{OtherUser.Id}\t", File.ReadAllText($"/proc/{process}/status"), StringComparison.Ordinal);
        Assert.Contains(File.ReadLines($"/proc/{process}/mounts"), mount => mount.Split(' ') is [_, "/", _, var options, ..] && options.Split(',').Contains("ro"));
    }

    /// <summary>The assemblies that the runtime looks for in the folder.</summary>
    private static IEnumerable<string> Assemblies(string folder) =>
        Json(folder, "dragoman-functions.deps.json").GetProperty("targets").EnumerateObject()
            .SelectMany(target => target.Value.EnumerateObject())
            .Where(library => library.Value.TryGetProperty("runtime", out _))
            .SelectMany(library => library.Value.GetProperty("runtime").EnumerateObject())
            .Select(assembly => Path.GetFileName(assembly.Name));

    private static void AssertExists(string folder, string file) => Assert.True(File.Exists(Path.Combine(folder, file)), $"{file} is missing");

    private static void AssertNoSymbols(string folder) =>
        Assert.DoesNotContain(Directory.GetFiles(folder), file => Path.GetExtension(file) is ".pdb" or ".xml" or ".dbg");

    private static JsonElement Json(string folder, string file) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(folder, file)));

    [GeneratedRegex(@"^dragoman-functions listening on http://127\.0\.0\.1:(\d+)$")]
    private static partial Regex Listening();
}
