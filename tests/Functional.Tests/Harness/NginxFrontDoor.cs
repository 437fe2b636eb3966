using System.Text.Json;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>nginx with the files of <c>nginx/</c>, on a free port.</summary>
internal sealed class NginxFrontDoor : IAsyncDisposable
{
    private const int PortAttempts = 5;

    private readonly ScratchDirectory directory;
    private readonly RunningProcess nginx;

    private NginxFrontDoor(ScratchDirectory directory, RunningProcess nginx, int port)
    {
        this.directory = directory;
        this.nginx = nginx;
        Port = port;
    }

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>The processes that hold the connections.</summary>
    public IReadOnlyList<int> WorkerIds =>
        [.. File.ReadAllText($"/proc/{this.nginx.Id}/task/{this.nginx.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    /// <summary>The directory of nginx's files, including temporary ones.</summary>
    public string DirectoryPath => this.directory.Path;

    /// <summary>The content of nginx's error log.</summary>
    public string ErrorLog => this.nginx.Log;

    /// <summary>Starts nginx. <paramref name="functions"/> is null in the small deployment.</summary>
    /// <param name="sidecar">host:port</param>
    /// <param name="functions">host:port</param>
    /// <param name="settings">Further values for <c>nginx/render.sh</c>.</param>
    public static async Task<NginxFrontDoor> StartAsync(
        string sidecar, string? functions, IReadOnlyDictionary<string, string?>? settings = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort.Find();
            var directory = new ScratchDirectory();
            var environment = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>())
            {
                ["DRAGOMAN_NGINX_LISTEN"] = $"127.0.0.1:{port}",
                ["DRAGOMAN_SIDECAR"] = sidecar,
                ["DRAGOMAN_FUNCTIONS"] = functions ?? "",
                ["DRAGOMAN_ACCESS_LOG"] = directory.File("access.log"),
                ["DRAGOMAN_WORKERS"] = "1",
                ["DRAGOMAN_WORKER_CONNECTIONS"] = "512",
            };
            await RenderAsync(directory.Path, environment);
            var nginx = RunningProcess.Start(Executable, Arguments(directory.Path, "-g", "daemon off;"));
            try
            {
                await Eventually.HoldsAsync(
                    async () => nginx.HasExited || await FreePort.AnswersAsync(port), () => $"nginx did not answer:\n{nginx.Log}");
                if (!nginx.HasExited)
                    return new NginxFrontDoor(directory, nginx, port);
                if (attempt == PortAttempts || !nginx.Log.Contains("Address already in use", StringComparison.Ordinal))
                    throw new InvalidOperationException($"nginx ended at once:\n{nginx.Log}");
            }
            catch
            {
                await nginx.DisposeAsync();
                directory.Dispose();
                throw;
            }
            await nginx.DisposeAsync();
            directory.Dispose();
        }
    }

    /// <summary>Renders the files and has nginx check them (<c>nginx -t</c>).</summary>
    public static async Task<(int ExitCode, string Output)> CheckAsync(IReadOnlyDictionary<string, string?> settings)
    {
        using var directory = new ScratchDirectory();
        await RenderAsync(directory.Path, settings);
        return await RunningProcess.RunAsync(Executable, Arguments(directory.Path, "-t"));
    }

    /// <summary>Runs <c>nginx/render.sh</c> and returns its output.</summary>
    public static Task<(int ExitCode, string Output)> TryRenderAsync(string target, IReadOnlyDictionary<string, string?> settings) =>
        RunningProcess.RunAsync("sh", [Path.Combine(Repository.Root, "nginx", "render.sh"), target], settings);

    /// <summary>The access log line of a request, once written.</summary>
    public async Task<JsonElement> AccessLogAsync(string requestId)
    {
        JsonElement? found = null;
        var path = this.directory.File("access.log");
        await Eventually.HoldsAsync(
            async () =>
            {
                foreach (var line in await File.ReadAllLinesAsync(path))
                {
                    var entry = JsonSerializer.Deserialize<JsonElement>(line);
                    if (entry.GetProperty("request_id").GetString() == requestId)
                        found = entry;
                }
                return found is not null;
            },
            () => $"{requestId} is not in the access log:\n{File.ReadAllText(path)}");
        return found!.Value;
    }

    /// <summary>The whole access log as text.</summary>
    public Task<string> AccessLogTextAsync() => File.ReadAllTextAsync(this.directory.File("access.log"));

    /// <summary>Stops nginx with SIGTERM and returns its exit code.</summary>
    public Task<int> TerminateAsync() => this.nginx.TerminateAsync();

    public async ValueTask DisposeAsync()
    {
        await this.nginx.DisposeAsync();
        this.directory.Dispose();
    }

    public static string Executable { get; } =
        new[] { "/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/local/bin/nginx", "/usr/bin/nginx" }.FirstOrDefault(File.Exists) ?? "nginx";

    private static string[] Arguments(string directory, params string[] more) =>
        ["-e", "stderr", "-p", directory, "-c", Path.Combine(directory, "nginx.conf"), .. more];

    private static async Task RenderAsync(string target, IReadOnlyDictionary<string, string?> settings)
    {
        var (exitCode, output) = await TryRenderAsync(target, settings);
        if (exitCode != 0)
            throw new InvalidOperationException($"render.sh ended with {exitCode}:\n{output}");
    }
}
