using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Storm;

/// <summary>Reads all accounts again and again, as long as the storm lasts.</summary>
internal sealed class Observer(ILedgerStore store, TimeSpan pause)
{
    private readonly Dictionary<string, AccountState> highest = [];

    /// <summary>How often it has read all accounts.</summary>
    public int Looks { get; private set; }

    /// <summary>How often the store did not answer.</summary>
    public int Failures { get; private set; }

    /// <summary>Each account as it was when most of it was leased and settled.</summary>
    public IReadOnlyDictionary<string, AccountState> Highest => highest;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                foreach (var account in await store.ListAsync("", null, StoreLimits.MostPerPage, CancellationToken.None))
                {
                    if (!highest.TryGetValue(account.Account, out var known) || Used(account) > Used(known))
                        highest[account.Account] = account;
                }

                Looks++;
            }
            catch (StoreUnavailableException)
            {
                Failures++;
            }

            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static long Used(AccountState account) => account.Leased + account.Settled + account.Excess;
}
