using System.Globalization;
using System.Text;
using Dragoman.Bench.Ledger;
using Dragoman.Bench.Load;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Access;

/// <summary>An emulator, and sidecars with and without stores.</summary>
internal sealed class AccessBed : IAsyncDisposable
{
    /// <summary>The administrator's key of the sidecars, which serve only this machine while they are measured.</summary>
    private const string AdminKey = "the-key-of-the-bench-only";

    private readonly string repository;
    private readonly ProcessGroup group = new();
    private readonly List<HttpClient> clients = [];
    private readonly List<AccessStore> stores = [];
    private StoreScript? postgres;

    private AccessBed(string repository) => this.repository = repository;

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

    /// <summary>Creates an empty store. The bed disposes it.</summary>
    public AccessStore CreateStore() => Add(new("sqlite:" + Path.Combine(group.Path, string.Create(CultureInfo.InvariantCulture, $"store-{stores.Count + 1}.db"))));

    /// <summary>Creates an empty store in PostgreSQL, whose commits are on the disk. The bed disposes it.</summary>
    public async Task<AccessStore> CreatePostgresStoreAsync()
    {
        postgres = await StoreScript.StartAsync(repository, "postgres.sh", "-c", "fsync=on");
        return Add(new($"postgres:Host={postgres.Address};Username=dragoman;Database=postgres"));
    }

    /// <summary>Starts a sidecar with open access.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="command">What precedes the executable on the command line.</param>
    public Task<(RunningProcess Process, Uri Address)> StartOpenSidecarAsync(string name, params string[] command) => StartSidecarAsync(name, "", command);

    /// <summary>Starts a sidecar that asks for credentials.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="store">Its store.</param>
    /// <param name="access">The members of <c>/access</c>, as JSON without braces.</param>
    /// <param name="command">What precedes the executable on the command line.</param>
    public Task<(RunningProcess Process, Uri Address)> StartClosedSidecarAsync(string name, AccessStore store, string access, params string[] command) => StartSidecarAsync(
        name,
        $$"""
        , "access": { {{access}}, "adminKey": "{{AdminKey}}" }, "store": { "connection": "{{store.Connection}}" }
        """,
        command);

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
        foreach (var store in stores)
            await store.DisposeAsync();
        await group.DisposeAsync();
        if (postgres is not null)
            await postgres.DisposeAsync();
    }

    private AccessStore Add(AccessStore store)
    {
        stores.Add(store);
        return store;
    }

    private async Task<(RunningProcess Process, Uri Address)> StartSidecarAsync(string name, string members, string[] command)
    {
        var configuration = Path.Combine(group.Path, $"{name}.json");
        await File.WriteAllTextAsync(configuration, $$"""
            {
              "providers": { "emulator": { "dialect": "mistral", "baseUrl": "{{Emulator}}v1", "apiKey": "bench" } },
              "models": { "{{Workload.Small.PublishedName}}": { "provider": "emulator", "model": "{{Workload.Small.UpstreamName}}", "price": { "input": 1, "output": 4 } } }
              {{members}}
            }
            """);
        return await group.StartAsync(name, [.. command, ProcessGroup.ExecutableOf(repository, "sidecar")], new()
        {
            ["DRAGOMAN_CONFIG"] = configuration,
            ["DRAGOMAN_DATA"] = Path.Combine(group.Path, $"{name}-data"),
            ["DRAGOMAN_SIDECAR_PORT"] = "0",
        });
    }
}
