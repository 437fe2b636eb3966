using System.Text;
using Dragoman.Bench.Load;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Access;

/// <summary>An emulator, and sidecars with one store or with none.</summary>
internal sealed class AccessBed : IAsyncDisposable
{
    /// <summary>The administrator's key of the sidecars, which serve only this machine while they are measured.</summary>
    private const string AdminKey = "the-key-of-the-bench-only";

    private readonly string repository;
    private readonly ProcessGroup group = new();
    private readonly List<HttpClient> clients = [];

    private AccessBed(string repository)
    {
        this.repository = repository;
        Store = new AccessStore(Path.Combine(group.Path, "store", "dragoman.db"));
    }

    public AccessStore Store { get; }

    public IReadOnlyList<RunningProcess> Processes => group.Members;

    /// <summary>A folder for files of the measurement.</summary>
    public string Folder => group.Path;

    /// <summary>The emulator's address.</summary>
    public Uri Emulator { get; private set; } = null!;

    /// <summary>A short chat with a whole answer, as Ollama's clients send it.</summary>
    public static ReadOnlyMemory<byte> Question { get; } = Encoding.UTF8.GetBytes(
        $$"""{"model":"{{Workload.Small.PublishedName}}","stream":false,"messages":[{"role":"user","content":"How long does this take?"}]}""");

    /// <param name="repository">The repository's root.</param>
    /// <param name="command">What precedes the emulator's executable on the command line.</param>
    public static async Task<AccessBed> StartAsync(string repository, params string[] command)
    {
        var bed = new AccessBed(repository);
        (_, bed.Emulator) = await bed.group.StartAsync("emulator", [.. command, ProcessGroup.ExecutableOf(repository, "emulator")], new() { ["DRAGOMAN_EMULATOR_PORT"] = "0" });
        return bed;
    }

    /// <summary>Starts a sidecar.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="access">The member <c>access</c> of its configuration, without its last brace; null for open access without a store.</param>
    /// <param name="command">What precedes the executable on the command line.</param>
    public async Task<(RunningProcess Process, Uri Address)> StartSidecarAsync(string name, string? access, params string[] command)
    {
        var configuration = Path.Combine(group.Path, $"{name}.json");
        await File.WriteAllTextAsync(configuration, $$"""
            {
              "providers": { "emulator": { "dialect": "mistral", "baseUrl": "{{Emulator}}v1", "apiKey": "bench" } },
              "models": { "{{Workload.Small.PublishedName}}": { "provider": "emulator", "model": "{{Workload.Small.UpstreamName}}" } }{{(access is null ? "" : $$"""
            ,
              "access": { {{access}}, "adminKey": "{{AdminKey}}" },
              "store": { "connection": "{{Store.Connection}}" }
            """)}}
            }
            """);
        return await group.StartAsync(name, [.. command, ProcessGroup.ExecutableOf(repository, "sidecar")], new()
        {
            ["DRAGOMAN_CONFIG"] = configuration,
            ["DRAGOMAN_DATA"] = Path.Combine(group.Path, $"{name}-data"),
            ["DRAGOMAN_SIDECAR_PORT"] = "0",
        });
    }

    /// <summary>A client of a sidecar. The bed disposes it.</summary>
    /// <param name="address">The sidecar's address.</param>
    /// <param name="credential">The bearer credential; null for the administrator's key.</param>
    public HttpClient ClientOf(Uri address, string? credential = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null }) { BaseAddress = address };
        client.DefaultRequestHeaders.Add("Authorization", "Bearer " + (credential ?? AdminKey));
        clients.Add(client);
        return client;
    }

    /// <summary>Asks for a whole answer, and returns the status.</summary>
    public static async Task<int> AskAsync(HttpClient client, CancellationToken cancellation)
    {
        using var content = new ReadOnlyMemoryContent(Question);
        content.Headers.ContentType = new("application/json");
        using var answer = await client.PostAsync("/api/chat", content, cancellation);
        return (int)answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients)
            client.Dispose();
        await Store.DisposeAsync();
        await group.DisposeAsync();
    }
}
