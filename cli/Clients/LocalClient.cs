using Dragoman.Administration;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Cli.Clients;

/// <summary>Runs the administration in this process, over the store.</summary>
internal sealed class LocalClient : IAdminClient
{
    private const int Unavailable = 503;

    private readonly IDocumentStore store;
    private readonly ILedgerStore ledger;
    private readonly AdminApi api;

    public LocalClient(StoreConnection connection, TimeProvider clock)
    {
        store = connection.Open();
        ledger = connection.OpenLedger();
        api = new AdminApi(store, ledger, clock);
    }

    public async Task<AdminAnswer> SendAsync(AdminCall call, CancellationToken cancellation)
    {
        var answer = await api.HandleAsync(call, cancellation).ConfigureAwait(false);
        if (answer.Status != Unavailable)
            return answer;
        // The API tells its callers nothing about the store, but here the caller is who has to repair it.
        try
        {
            await store.CheckAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is StoreUnavailableException or StoreSchemaException)
        {
            throw new CliFailure(ExitCode.Failed, error.Message);
        }

        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        await ledger.DisposeAsync().ConfigureAwait(false);
        await store.DisposeAsync().ConfigureAwait(false);
    }
}
