using System.Text;
using Dragoman.Bench.Processes;
using Dragoman.Connections;

namespace Dragoman.Bench.Streams;

/// <summary>The processes for very many streams: the paced upstream in both versions of HTTP, bare nginx, and Dragoman's.</summary>
internal sealed class StreamsBed : IAsyncDisposable
{
    private readonly string repository;
    private readonly ProcessGroup group = new();

    private StreamsBed(string repository) => this.repository = repository;

    public IReadOnlyList<RunningProcess> Processes => group.Members;

    public IReadOnlyList<StreamWay> Ways { get; private set; } = [];

    /// <summary>The name of the way through all of Dragoman's processes, by the upstream's version of HTTP.</summary>
    public static string FrontWay(string upstreamHttp) => $"nginx + sidecar, upstream HTTP/{upstreamHttp}";

    /// <param name="repository">The root of the working copy.</param>
    /// <param name="tokens">The number of tokens of each stream.</param>
    public static async Task<StreamsBed> StartAsync(string repository, int tokens)
    {
        var bed = new StreamsBed(repository);
        try
        {
            await bed.StartProcessesAsync(tokens);
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    private async Task StartProcessesAsync(int tokens)
    {
        var (old, oldAddress) = await StartUpstreamAsync(tokens, "1.1");
        var (recent, recentAddress) = await StartUpstreamAsync(tokens, "2");
        var (bare, bareAddress) = await StartBareNginxAsync(oldAddress);
        var (dotnet, dotnetAddress) = await Load.BareDotnet.StartAsync(group);
        var (sidecar, sidecarAddress) = await group.StartAsync("sidecar", [ProcessGroup.ExecutableOf(repository, "sidecar")], new()
        {
            ["DRAGOMAN_CONFIG"] = WriteConfiguration(oldAddress, recentAddress),
            ["DRAGOMAN_DATA"] = Path.Combine(group.Path, "data"),
            ["DRAGOMAN_SIDECAR_PORT"] = "0",
        });
        var (front, frontAddress) = await group.StartFrontAsync(repository, "nginx", sidecarAddress, null);

        Ways =
        [
            new(WayNames.Direct, PacedDialect.OpenAI, oldAddress, "paced", old, []),
            new(WayNames.BareNginx, PacedDialect.OpenAI, bareAddress, "paced", old, [bare]),
            new(WayNames.BareDotnet, PacedDialect.OpenAI, dotnetAddress, "paced", old, [dotnet])
            {
                Headers = [$"{Load.BareDotnet.UpstreamHeader}: {oldAddress}"],
                // A stream needs two descriptors. The runtime aborts a process without free descriptors.
                MostStreams = (int)Math.Min(LargestCount.Cap, (OpenFiles.Most / 2) - 200),
            },
            new("sidecar, upstream HTTP/1.1", PacedDialect.Ollama, sidecarAddress, "paced-1.1", old, [sidecar]),
            new("sidecar, upstream HTTP/2", PacedDialect.Ollama, sidecarAddress, "paced-2", recent, [sidecar]),
            new(FrontWay("1.1"), PacedDialect.Ollama, frontAddress, "paced-1.1", old, [front, sidecar]),
            new(FrontWay("2"), PacedDialect.Ollama, frontAddress, "paced-2", recent, [front, sidecar]),
            new("sidecar, OpenAI → Anthropic", PacedDialect.OpenAI, sidecarAddress, "paced-anthropic", old, [sidecar]),
            .. await StartPortkeyAsync(old, oldAddress),
        ];
    }

    private async Task<StreamWay[]> StartPortkeyAsync(RunningProcess upstream, Uri upstreamAddress)
    {
        if (Portkey.Find() is not { } portkey)
            return [];
        var port = RunningProcess.FreePort();
        var (process, address) = await group.StartListeningAsync("portkey", portkey.CommandFor(port), Portkey.ProcessEnvironment, port);
        string[] headers = [.. Portkey.HeadersFor(upstreamAddress).Select(header => $"{header.Name}: {header.Value}")];
        return [new(WayNames.Peer, PacedDialect.OpenAI, address, "paced", upstream, [process]) { Headers = headers }];
    }

    private Task<(RunningProcess Process, Uri Address)> StartUpstreamAsync(int tokens, string http) =>
        group.StartAsync($"upstream-{http}", [Environment.ProcessPath!, "paced-upstream", $"{tokens}", http], []);

    private async Task<(RunningProcess Process, Uri Address)> StartBareNginxAsync(Uri upstream)
    {
        const string name = "nginx-bare";
        var home = Directory.CreateDirectory(Path.Combine(group.Path, name)).FullName;
        int port = RunningProcess.FreePort(), unused = RunningProcess.FreePort();
        var template = new StringBuilder(await File.ReadAllTextAsync(Path.Combine(repository, "bench", "nginx-bare.conf")))
            .Replace("${BENCH_RUN}", home)
            .Replace("${BENCH_EMULATOR}", upstream.Authority)
            .Replace("${BENCH_RECORDING}", upstream.Authority)
            .Replace("${BENCH_LISTEN_EMULATOR}", $"127.0.0.1:{port}")
            .Replace("${BENCH_LISTEN_RECORDING}", $"127.0.0.1:{unused}");
        await File.WriteAllTextAsync(Path.Combine(home, "nginx.conf"), template.ToString());
        return await group.StartNginxAsync(name, home, port);
    }

    private string WriteConfiguration(Uri old, Uri recent)
    {
        var path = Path.Combine(group.Path, "gateway.json");
        File.WriteAllText(path, $$"""
            {
              "providers": {
                "old": { "dialect": "mistral", "baseUrl": "{{old}}v1", "apiKey": "bench", "httpVersion": "1.1" },
                "recent": { "dialect": "mistral", "baseUrl": "{{recent}}v1", "apiKey": "bench", "httpVersion": "2" },
                "anthropic": { "dialect": "anthropic", "baseUrl": "http://{{old.Authority}}{{PacedEvents.AnthropicPath}}", "apiKey": "bench", "httpVersion": "1.1" }
              },
              "models": {
                "paced-1.1": { "provider": "old", "model": "paced" },
                "paced-2": { "provider": "recent", "model": "paced" },
                "paced-anthropic": { "provider": "anthropic", "model": "paced" }
              }
            }
            """);
        return path;
    }
}
