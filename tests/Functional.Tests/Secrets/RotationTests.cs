using System.Collections.Concurrent;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Secrets;

/// <summary>Keys of providers are replaced while clients of all dialects ask: no request may fail.</summary>
public sealed class RotationTests
{
    private const int Workers = 8;

    private static readonly IReadOnlyList<(ClientDialect Client, ProviderDialect Provider, bool Stream)> Cases =
    [
        .. ClientDialect.All.SelectMany(client => VaultDeployment.Providers.SelectMany(provider => new[] { (client, provider, true), (client, provider, false) })),
    ];

    [Fact]
    public async Task The_vault_is_asked_for_a_key_when_it_is_needed_and_not_at_the_start()
    {
        await using var deployment = await VaultDeployment.StartAsync("old", refreshSeconds: 3600);
        Assert.Empty(deployment.Vault.Reads);
        await deployment.AcceptAsync("old");
        using var answer = await deployment.Sidecar.Client.SendAsync(Requests.OllamaChat(stream: false, "mistral/mistral-small-latest"));
        Assert.True(answer.IsSuccessStatusCode, deployment.Sidecar.Log);
        Assert.Equal(["/secrets/mistral-key"], deployment.Vault.Reads);
    }

    /// <summary>The provider accepts the old key, then both, then the new one; the gateway finds out by itself.</summary>
    [Fact]
    public async Task No_request_fails_when_the_provider_drops_the_old_key()
    {
        await using var deployment = await VaultDeployment.StartAsync("old", refreshSeconds: 3600);
        await deployment.AcceptAsync("old");
        await LoadAsync(deployment, async load =>
        {
            await load.RoundAsync();
            deployment.Rotate("new");
            await deployment.AcceptAsync("old", "new");
            await load.RoundAsync();
            await deployment.AcceptAsync("new");
            await load.RoundAsync();
        });
        foreach (var reads in deployment.Vault.Reads.CountBy(path => path))
            Assert.InRange(reads.Value, 2, 3);
    }

    /// <summary>The vault has the new key before the provider accepts it.</summary>
    [Fact]
    public async Task No_request_fails_when_the_vault_is_ahead_of_the_provider()
    {
        await using var deployment = await VaultDeployment.StartAsync("old", refreshSeconds: 1);
        await deployment.AcceptAsync("old");
        await LoadAsync(deployment, async load =>
        {
            await load.RoundAsync();
            deployment.Rotate("new");
            var adopted = deployment.Sidecar.Lines.Count;
            await Eventually.HoldsAsync(
                () => deployment.Sidecar.Lines.Count(line => line.Contains("has a new value", StringComparison.Ordinal)) == VaultDeployment.Providers.Count,
                () => $"{adopted} lines before: {deployment.Sidecar.Log}");
            await load.RoundAsync();
            await deployment.AcceptAsync("old", "new");
            await load.RoundAsync();
            await deployment.AcceptAsync("new");
            await load.RoundAsync();
        });
    }

    private static async Task LoadAsync(VaultDeployment deployment, Func<Load, Task> run)
    {
        var load = new Load(deployment);
        var workers = Enumerable.Range(0, Workers).Select(load.WorkAsync).ToList();
        try
        {
            await run(load);
        }
        finally
        {
            load.End();
            await Task.WhenAll(workers);
        }

        Assert.Empty(load.Failures);
        Assert.DoesNotContain("sentinel-", deployment.Sidecar.Log, StringComparison.Ordinal);
    }

    /// <summary>Clients of all dialects that ask all providers, over and over.</summary>
    private sealed class Load(VaultDeployment deployment)
    {
        private int next;
        private int done;
        private volatile bool isOver;

        public ConcurrentQueue<string> Failures { get; } = [];

        public void End() => isOver = true;

        /// <summary>Waits until each case was asked for since now.</summary>
        public async Task RoundAsync()
        {
            var all = Volatile.Read(ref done) + Cases.Count + Workers;
            await Eventually.HoldsAsync(() => Volatile.Read(ref done) >= all || !Failures.IsEmpty, () => "the clients got no answers");
        }

        public async Task WorkAsync(int worker)
        {
            while (!isOver)
            {
                var (client, provider, stream) = Cases[Interlocked.Increment(ref next) % Cases.Count];
                try
                {
                    using var answer = await deployment.Sidecar.Client.SendAsync(client.Ask($"{provider.Name}/{provider.Model}", "Say something", stream));
                    var text = await answer.Content.ReadAsStringAsync();
                    if (client.Judge(new ClientAnswer((int)answer.StatusCode, "", text), stream).Ending != Ending.Good)
                        Failures.Enqueue($"{client.Name} from {provider.Name}: {(int)answer.StatusCode} {text}");
                }
                catch (Exception error) when (error is HttpRequestException or InvalidDataException or TaskCanceledException)
                {
                    Failures.Enqueue($"worker {worker}, {client.Name} from {provider.Name}: {error.Message}");
                }

                Interlocked.Increment(ref done);
            }
        }
    }
}
