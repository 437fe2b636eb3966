using System.Text;
using Dragoman.Bench.Load;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench;

/// <summary>Upstreams, bare nginx, our hops and our nginx, all on 127.0.0.1, and the contenders that they form.</summary>
internal sealed class TestBed : IAsyncDisposable
{
    /// <summary>The header that Anthropic's dialect requires.</summary>
    public static readonly (string Name, string Value) AnthropicVersion = ("anthropic-version", "2023-06-01");

    private readonly string repository;
    private readonly ProcessGroup group = new();
    private bool isOver;

    private TestBed(string repository) => this.repository = repository;

    public IReadOnlyList<RunningProcess> Processes => group.Members;

    /// <summary>The final destination of every contender's requests.</summary>
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

    /// <summary>The process that answers a workload in place of a provider.</summary>
    public RunningProcess UpstreamOf(Workload workload) => workload.IsRecorded ? Recording : Emulator;

    /// <summary>May be called twice.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isOver)
            return;
        isOver = true;
        foreach (var contender in Contenders)
            contender.Dispose();
        await group.DisposeAsync();
    }

    private async Task StartProcessesAsync()
    {
        (Emulator, EmulatorAddress) = await group.StartAsync("emulator", [ProcessGroup.ExecutableOf(repository, "emulator")], new() { ["DRAGOMAN_EMULATOR_PORT"] = "0" });
        var emulator = EmulatorAddress;
        (Recording, var recording) = await group.StartAsync("recorded-upstream", [Environment.ProcessPath!, "recorded-upstream", emulator.ToString()], []);

        var (bare, bareEmulator, bareRecording) = await StartBareNginxAsync(emulator, recording);

        var (dotnet, dotnetAddress) = await BareDotnet.StartAsync(group);

        var gateway = new Dictionary<string, string>
        {
            ["DRAGOMAN_CONFIG"] = WriteConfiguration(emulator, recording),
            ["DRAGOMAN_DATA"] = Path.Combine(group.Path, "data"),
            ["DRAGOMAN_SIDECAR_PORT"] = "0",
            ["FUNCTIONS_CUSTOMHANDLER_PORT"] = "0",
        };
        var (sidecar, sidecarAddress) = await group.StartAsync("sidecar", [ProcessGroup.ExecutableOf(repository, "sidecar")], gateway);
        var (functions, functionsAddress) = await group.StartAsync("functions", [ProcessGroup.ExecutableOf(repository, "functions")], gateway);

        var (smallFront, smallAddress) = await group.StartFrontAsync(repository, "nginx-sidecar", sidecarAddress, null);
        var (fullFront, fullAddress) = await group.StartFrontAsync(repository, "nginx-functions", sidecarAddress, functionsAddress);

        Entrance toEmulator = new(emulator, AnthropicVersion), toRecording = new(recording, AnthropicVersion);
        Entrance toBareEmulator = new(bareEmulator, AnthropicVersion), toBareRecording = new(bareRecording, AnthropicVersion);
        Entrance toSidecar = new(sidecarAddress), toFunctions = new(functionsAddress), toSmall = new(smallAddress), toFull = new(fullAddress);
        Contenders =
        [
            new(new("direct", WayNames.Direct, UpstreamWire.OpenAI, WayKind.Direct), ChatDialect.OpenAI, toEmulator, toRecording),
            new(new("nginx", WayNames.BareNginx, UpstreamWire.OpenAI, WayKind.BareNginx), ChatDialect.OpenAI, toBareEmulator, toBareRecording, bare),
            new(new("dotnet", WayNames.BareDotnet, UpstreamWire.OpenAI, WayKind.BareDotnet), ChatDialect.OpenAI, new(dotnetAddress, (BareDotnet.UpstreamHeader, emulator.ToString())), new(dotnetAddress, (BareDotnet.UpstreamHeader, recording.ToString())), dotnet),
            new(new("sidecar", "sidecar", UpstreamWire.OpenAI, WayKind.Ours), ChatDialect.Ollama, toSidecar, toSidecar, sidecar),
            // The emulator does not accept OpenAI's stream options, so its streams would be rewritten and not passed through.
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
        var port = RunningProcess.FreePort();
        var (process, address) = await group.StartListeningAsync("portkey", portkey.CommandFor(port), Portkey.ProcessEnvironment, port);
        return
        [
            new(new("portkey", WayNames.Peer, UpstreamWire.Anthropic, WayKind.Peer), ChatDialect.OpenAIOfPortkey,
                new(address, Portkey.HeadersFor(emulator)), new(address, Portkey.HeadersFor(recording)), process) { IsSlow = true },
        ];
    }

    private string WriteConfiguration(Uri emulator, Uri recording)
    {
        // Ollama's dialect uses the published name and is translated. OpenAI's uses the upstream's name and passes through, or a
        // third name and is translated to Anthropic's.
        var models = string.Join(", ", Workload.All.Select(workload =>
        {
            var provider = workload.IsRecorded ? "recording" : "emulator";
            return $$"""
                "{{workload.PublishedName}}": { "provider": "{{provider}}", "model": "{{workload.UpstreamName}}" },
                "{{workload.UpstreamName}}": { "provider": "{{provider}}-openai", "model": "{{workload.UpstreamName}}" },
                "{{workload.NameToAnthropic}}": { "provider": "{{provider}}-anthropic", "model": "{{workload.UpstreamName}}" }
                """;
        }));
        var path = Path.Combine(group.Path, "gateway.json");
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
        var home = Directory.CreateDirectory(Path.Combine(group.Path, name)).FullName;
        int emulated = RunningProcess.FreePort(), recorded = RunningProcess.FreePort();
        var template = new StringBuilder(await File.ReadAllTextAsync(Path.Combine(repository, "bench", "nginx-bare.conf")))
            .Replace("${BENCH_RUN}", home)
            .Replace("${BENCH_EMULATOR}", emulator.Authority)
            .Replace("${BENCH_RECORDING}", recording.Authority)
            .Replace("${BENCH_LISTEN_EMULATOR}", $"127.0.0.1:{emulated}")
            .Replace("${BENCH_LISTEN_RECORDING}", $"127.0.0.1:{recorded}");
        await File.WriteAllTextAsync(Path.Combine(home, "nginx.conf"), template.ToString());
        var (process, address) = await group.StartNginxAsync(name, home, emulated);
        return (process, address, new Uri($"http://127.0.0.1:{recorded}"));
    }
}
