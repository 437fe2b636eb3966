using System.Diagnostics;
using System.Text;
using Dragoman.Bench.Load;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench;

/// <summary>Upstreams, bare nginx, our hops and our nginx, all on 127.0.0.1, and the contenders that they form.</summary>
internal sealed class TestBed : IAsyncDisposable
{
    /// <summary>The header without which Anthropic's dialect is refused.</summary>
    public static readonly (string Name, string Value) AnthropicVersion = ("anthropic-version", "2023-06-01");

    private readonly string repository;
    private readonly string directory = Directory.CreateTempSubdirectory("dragoman-bench-").FullName;
    private readonly List<RunningProcess> processes = [];

    private TestBed(string repository)
    {
        this.repository = repository;
        // nginx started by root works as nobody, and must be able to enter.
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    public IReadOnlyList<RunningProcess> Processes => processes;

    /// <summary>What every contender's requests reach in the end.</summary>
    public RunningProcess Emulator { get; private set; } = null!;

    public RunningProcess Recording { get; private set; } = null!;

    public Uri EmulatorAddress { get; private set; } = null!;

    /// <summary>For each format of the upstream: the upstream itself, then bare nginx, then ours, then others.</summary>
    public IReadOnlyList<Contender> Contenders { get; private set; } = [];

    public static async Task<TestBed> StartAsync(string repository)
    {
        var bed = new TestBed(repository);
        try
        {
            await bed.StartProcessesAsync();
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
        }
    }

    public static string ExecutableOf(string repository, string name) => Path.Combine(repository, "artifacts", name, $"dragoman-{name}");

    /// <summary>What answers a workload in a provider's place.</summary>
    public RunningProcess UpstreamOf(Workload workload) => workload.IsRecorded ? Recording : Emulator;

    public async ValueTask DisposeAsync()
    {
        foreach (var contender in Contenders)
            contender.Dispose();
        foreach (var process in Enumerable.Reverse(processes))
            await process.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private async Task StartProcessesAsync()
    {
        (Emulator, EmulatorAddress) = await StartAsync("emulator", [ExecutableOf(repository, "emulator")], new() { ["DRAGOMAN_EMULATOR_PORT"] = "0" });
        var emulator = EmulatorAddress;
        (Recording, var recording) = await StartAsync("recorded-upstream", [Environment.ProcessPath!, "recorded-upstream", emulator.ToString()], []);

        var (bare, bareEmulator, bareRecording) = await StartBareNginxAsync(emulator, recording);

        var gateway = new Dictionary<string, string>
        {
            ["DRAGOMAN_CONFIG"] = WriteConfiguration(emulator, recording),
            ["DRAGOMAN_DATA"] = Path.Combine(directory, "data"),
            ["DRAGOMAN_SIDECAR_PORT"] = "0",
            ["FUNCTIONS_CUSTOMHANDLER_PORT"] = "0",
        };
        var (sidecar, sidecarAddress) = await StartAsync("sidecar", [ExecutableOf(repository, "sidecar")], gateway);
        var (functions, functionsAddress) = await StartAsync("functions", [ExecutableOf(repository, "functions")], gateway);

        var (smallFront, smallAddress) = await StartFrontAsync("nginx-sidecar", sidecarAddress, null);
        var (fullFront, fullAddress) = await StartFrontAsync("nginx-functions", sidecarAddress, functionsAddress);

        Entrance toEmulator = new(emulator, AnthropicVersion), toRecording = new(recording, AnthropicVersion);
        Entrance toBareEmulator = new(bareEmulator, AnthropicVersion), toBareRecording = new(bareRecording, AnthropicVersion);
        Entrance toSidecar = new(sidecarAddress), toFunctions = new(functionsAddress), toSmall = new(smallAddress), toFull = new(fullAddress);
        Contenders =
        [
            new(new("direct", "direct", UpstreamWire.OpenAI, WayKind.Direct), ChatDialect.OpenAI, toEmulator, toRecording),
            new(new("nginx", "nginx only", UpstreamWire.OpenAI, WayKind.BareNginx), ChatDialect.OpenAI, toBareEmulator, toBareRecording, bare),
            new(new("sidecar", "sidecar", UpstreamWire.OpenAI, WayKind.Ours), ChatDialect.Ollama, toSidecar, toSidecar, sidecar),
            // The emulator takes no OpenAI stream options, so that its streams would be written anew and not passed through.
            new(new("sidecar-pass", "sidecar, passed through", UpstreamWire.OpenAI, WayKind.Ours), ChatDialect.OpenAI, toSidecar, toSidecar, sidecar) { Streams = false },
            new(new("nginx-sidecar", "nginx + sidecar", UpstreamWire.OpenAI, WayKind.Ours), ChatDialect.Ollama, toSmall, toSmall, smallFront, sidecar),
            new(new("functions", "functions", UpstreamWire.OpenAI, WayKind.Ours), ChatDialect.Ollama, toFunctions, toFunctions, functions) { Streams = false, Floods = false },
            new(new("nginx-functions", "nginx + sidecar → functions", UpstreamWire.OpenAI, WayKind.Ours), ChatDialect.Ollama, toFull, toFull, fullFront, sidecar, functions) { Streams = false, Floods = false },
            new(new("direct-anthropic", "direct, Anthropic", UpstreamWire.Anthropic, WayKind.Direct), ChatDialect.Anthropic, toEmulator, toRecording),
            new(new("nginx-anthropic", "nginx only, Anthropic", UpstreamWire.Anthropic, WayKind.BareNginx), ChatDialect.Anthropic, toBareEmulator, toBareRecording, bare),
            new(new("sidecar-anthropic", "sidecar, OpenAI → Anthropic", UpstreamWire.Anthropic, WayKind.Ours), ChatDialect.OpenAIToAnthropic, toSidecar, toSidecar, sidecar),
            .. await StartPortkeyAsync(emulator, recording),
        ];
    }

    private async Task<Contender[]> StartPortkeyAsync(Uri emulator, Uri recording)
    {
        if (Portkey.Find() is not { } portkey)
            return [];
        var (process, address) = await portkey.StartAsync(directory);
        processes.Add(process);
        return
        [
            new(new("portkey", "Portkey, OpenAI → Anthropic", UpstreamWire.Anthropic, WayKind.Peer), ChatDialect.OpenAIOfPortkey,
                new(address, Portkey.HeadersFor(emulator)), new(address, Portkey.HeadersFor(recording)), process) { IsSlow = true },
        ];
    }

    private async Task<(RunningProcess Process, Uri Address)> StartAsync(string name, string[] command, Dictionary<string, string> environment)
    {
        var (process, address) = await RunningProcess.StartAnnouncedAsync(name, directory, command, environment);
        processes.Add(process);
        return (process, address);
    }

    private string WriteConfiguration(Uri emulator, Uri recording)
    {
        // Ollama's dialect asks for the published name and is translated, OpenAI's for the upstream's and passes through, or for
        // a third and is translated into Anthropic's.
        var models = string.Join(", ", Workload.All.Select(workload =>
        {
            var provider = workload.IsRecorded ? "recording" : "emulator";
            return $$"""
                "{{workload.PublishedName}}": { "provider": "{{provider}}", "model": "{{workload.UpstreamName}}" },
                "{{workload.UpstreamName}}": { "provider": "{{provider}}-openai", "model": "{{workload.UpstreamName}}" },
                "{{workload.NameToAnthropic}}": { "provider": "{{provider}}-anthropic", "model": "{{workload.UpstreamName}}" }
                """;
        }));
        var path = Path.Combine(directory, "gateway.json");
        File.WriteAllText(path, $$"""
            {
              "providers": {
                "emulator": { "dialect": "mistral", "baseUrl": "{{emulator}}v1", "apiKey": "bench" },
                "recording": { "dialect": "mistral", "baseUrl": "{{recording}}v1", "apiKey": "bench" },
                "emulator-openai": { "dialect": "openai", "baseUrl": "{{emulator}}v1", "apiKey": "bench" },
                "recording-openai": { "dialect": "openai", "baseUrl": "{{recording}}v1", "apiKey": "bench" },
                "emulator-anthropic": { "dialect": "anthropic", "baseUrl": "{{emulator}}anthropic/v1", "apiKey": "bench" },
                "recording-anthropic": { "dialect": "anthropic", "baseUrl": "{{recording}}anthropic/v1", "apiKey": "bench" }
              },
              "models": { {{models}} }
            }
            """);
        return path;
    }

    private async Task<(RunningProcess Process, Uri Emulated, Uri Recorded)> StartBareNginxAsync(Uri emulator, Uri recording)
    {
        const string name = "nginx-bare";
        var home = Directory.CreateDirectory(Path.Combine(directory, name)).FullName;
        int emulated = RunningProcess.FreePort(), recorded = RunningProcess.FreePort();
        var template = new StringBuilder(await File.ReadAllTextAsync(Path.Combine(repository, "bench", "nginx-bare.conf")))
            .Replace("${BENCH_RUN}", home)
            .Replace("${BENCH_EMULATOR}", emulator.Authority)
            .Replace("${BENCH_RECORDING}", recording.Authority)
            .Replace("${BENCH_LISTEN_EMULATOR}", $"127.0.0.1:{emulated}")
            .Replace("${BENCH_LISTEN_RECORDING}", $"127.0.0.1:{recorded}");
        await File.WriteAllTextAsync(Path.Combine(home, "nginx.conf"), template.ToString());
        var process = await RunningProcess.StartNginxAsync(name, NginxPath(), home, emulated);
        processes.Add(process);
        return (process, AddressOf(emulated), AddressOf(recorded));
    }

    private async Task<(RunningProcess Process, Uri Address)> StartFrontAsync(string name, Uri sidecar, Uri? functions)
    {
        var home = Path.Combine(directory, name);
        var port = RunningProcess.FreePort();
        var render = new ProcessStartInfo(Path.Combine(repository, "nginx", "render.sh"), [home]);
        ChildEnvironment.Apply(render, new()
        {
            ["DRAGOMAN_NGINX_LISTEN"] = $"127.0.0.1:{port}",
            ["DRAGOMAN_SIDECAR"] = sidecar.Authority,
            ["DRAGOMAN_FUNCTIONS"] = functions?.Authority ?? "",
            ["DRAGOMAN_ACCESS_LOG"] = Path.Combine(home, "access.log"),
        });
        using (var rendering = Process.Start(render)!)
        {
            await rendering.WaitForExitAsync();
            if (rendering.ExitCode != 0)
                throw new InvalidOperationException("nginx/render.sh failed");
        }

        var process = await RunningProcess.StartNginxAsync(name, NginxPath(), home, port);
        processes.Add(process);
        return (process, AddressOf(port));
    }

    private static Uri AddressOf(int port) => new($"http://127.0.0.1:{port}");

    /// <summary>Set by run.sh, which installs nginx where it is missing.</summary>
    private static string NginxPath() => Environment.GetEnvironmentVariable("BENCH_NGINX") ?? "nginx";
}
