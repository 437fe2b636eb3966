using Dragoman.Gateway.Tests.Secrets;
using Dragoman.Secrets;
using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Stores;

/// <summary>A store whose connection is in a vault.</summary>
public sealed class LateStoreTests : IDisposable
{
    private readonly DirectoryInfo folder = System.IO.Directory.CreateTempSubdirectory("dragoman-late-");
    private readonly ManualTimeProvider clock = new();

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task The_vault_is_asked_at_the_first_call_and_the_messages_hold_no_connection()
    {
        var reader = new ScriptedReader(clock, $"sqlite:{folder.FullName}/a.db");
        using var secrets = new SecretStore(clock, _ => reader);
        var connection = StoreConnection.Of(ScriptedReader.Reference("store"), secrets);
        Assert.Equal("the store of keyvault:store", connection.ToString());
        await using var store = connection.Open();
        await using var ledger = connection.OpenLedger();
        Assert.Equal(0, reader.Reads);
        await store.CheckAsync();
        Assert.Empty(await store.ListAsync("team", null, null, 10));
        Assert.Empty(await ledger.LeasesAsync());
        Assert.Equal(1, reader.Reads);
    }

    [Fact]
    public async Task A_vault_that_is_away_is_a_store_that_is_away_until_it_comes_back()
    {
        var reader = new ScriptedReader(clock, "") { Answer = _ => throw new SecretException("keyvault:store does not exist", SecretFault.Missing) };
        using var secrets = new SecretStore(clock, _ => reader);
        await using var store = StoreConnection.Of(ScriptedReader.Reference("store"), secrets).Open();
        Assert.Equal("The connection of the store is not known: keyvault:store does not exist.", (await FailureAsync(store)).Message);
        reader.Answer = _ => Task.FromResult("mysql://sentinel");
        clock.Advance(TimeSpan.FromMinutes(1));
        var wrong = (await FailureAsync(store)).Message;
        Assert.StartsWith("The connection in the key vault cannot be used: a store is sqlite:PATH", wrong, StringComparison.Ordinal);
        Assert.DoesNotContain("sentinel", wrong, StringComparison.Ordinal);
        reader.Answer = _ => Task.FromResult($"sqlite:{folder.FullName}/a.db");
        secrets.OnNewVersion("name.vault.azure.net", "store");
        await clock.PassUntilAsync(UntilAsync());

        async Task UntilAsync()
        {
            while (true)
            {
                try
                {
                    await store.CheckAsync();
                    return;
                }
                catch (StoreUnavailableException)
                {
                    await Task.Yield();
                }
            }
        }
    }

    private static Task<StoreUnavailableException> FailureAsync(IDocumentStore store) => Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckAsync());
}
