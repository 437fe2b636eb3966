using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Storm;

/// <summary>One storm against one kind of store.</summary>
internal sealed class Storm(StormField field, StormOptions options)
{
    /// <summary>Before the end, so that a process which has been started again gets requests and continues the journal of the killed one.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(4);

    /// <summary>How long leases of a process without a journal may be left, and a little longer.</summary>
    private static readonly TimeSpan LongestLeases = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ExpiryGrace = TimeSpan.FromSeconds(10);

    private readonly Random random = new(options.Seed);
    private int number;
    private int gatewayKills;
    private int storeKills;

    public static async Task<Findings> RunAsync(string storeKind, StormOptions options)
    {
        await using var field = await StormField.StartAsync(storeKind, options);
        return await new Storm(field, options).RunAsync();
    }

    private async Task<Findings> RunAsync()
    {
        var callers = await Caller.CreateAsync(field, isSmall: options.IsShort || field.Store.Kind == "tables");
        await using var store = StoreConnection.Parse(field.Store.Connection).OpenLedger();
        // Azurite answers so slowly that the observer would take its time from the gateways.
        var observer = new Observer(store, TimeSpan.FromMilliseconds(field.Store.Kind == "tables" ? 1000 : 20));
        using var observing = new CancellationTokenSource();
        var observation = Task.Run(() => observer.RunAsync(observing.Token));

        using var asking = new CancellationTokenSource(options.Duration);
        List<Client> clients =
        [
            .. from gateway in field.Gateways
               from _ in Enumerable.Range(0, options.RequestCount)
               select new Client(gateway, callers, new Random(random.Next()), () => Interlocked.Increment(ref number)),
        ];
        var work = clients.Select(client => Task.Run(() => client.RunAsync(asking.Token))).ToList();
        using var killing = new CancellationTokenSource(options.Duration > 2 * Calm ? options.Duration - Calm : options.Duration / 2);
        await Task.WhenAll([.. work, KillGatewaysAsync(killing.Token), KillStoreAsync(killing.Token)]);

        var codes = await Task.WhenAll(field.Gateways.Select(gateway => gateway.StopAsync()));
        var asked = clients.SelectMany(client => client.Sent).ToList();
        var mayWait = asked.Exists(each => each.Run.IsJournalLost);
        var leases = await WaitForLeasesAsync(store, mayWait ? LongestLeases : TimeSpan.Zero);
        await observing.CancelAsync();
        await observation;

        var findings = new Findings(field.Store.Kind, asked)
        {
            GatewayKills = gatewayKills,
            StoreKills = storeKills,
            Looks = observer.Looks,
            LooksWithoutStore = observer.Failures,
        };
        foreach (var code in codes.Where(code => code != 0))
            findings.Fault($"a gateway has ended with {code}");
        foreach (var lease in leases.Where(lease => lease.Amount != 0))
            findings.Fault($"{lease.Process} still has {lease.Amount} of {lease.Account}");
        var accounts = await store.ListAsync("", null, StoreLimits.MostPerPage);
        findings.Compare(ProviderCount.Of(await field.ProviderLogAsync()), await EntriesAsync(store));
        findings.CheckAccounts(accounts, observer.Highest);
        foreach (var account in accounts)
        {
            var sum = await store.AddUpAsync(account.Account);
            if (sum != account.Settled + account.Excess)
                findings.Fault($"the entries of {account.Account} add up to {sum}, and it says {account}");
        }

        findings.Complaints = [.. field.Gateways.SelectMany(gateway => gateway.Complaints)];
        return findings;
    }

    private async Task KillGatewaysAsync(CancellationToken stop)
    {
        var dice = new Random(random.Next());
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(dice.Next(1500, 5000), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return;
            gatewayKills++;
            await field.Gateways[dice.Next(field.Gateways.Count)].KillAsync();
        }
    }

    private async Task KillStoreAsync(CancellationToken stop)
    {
        while (field.Store.CanBeKilled && !stop.IsCancellationRequested)
        {
            await Task.Delay(options.Duration / 4, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return;
            storeKills++;
            await field.Store.KillAsync();
        }
    }

    /// <summary>The leases after those have expired whose process has left no journal.</summary>
    private static async Task<IReadOnlyList<LeaseState>> WaitForLeasesAsync(ILedgerStore store, TimeSpan longest)
    {
        var end = TimeProvider.System.GetUtcNow() + longest;
        while (true)
        {
            var leases = await store.LeasesAsync();
            var now = TimeProvider.System.GetUtcNow();
            if (now > end || leases.All(lease => lease.Amount == 0))
                return leases;
            await store.ExpireAsync(now - ExpiryGrace);
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    private static async Task<List<LedgerEntry>> EntriesAsync(ILedgerStore store)
    {
        var all = new List<LedgerEntry>();
        string? after = null;
        while (true)
        {
            var page = await store.EntriesAsync(after, StoreLimits.MostPerPage);
            all.AddRange(page.Select(stored => stored.Entry));
            if (page.Count < StoreLimits.MostPerPage)
                return all;
            after = page[^1].Position;
        }
    }
}
