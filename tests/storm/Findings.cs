using System.Globalization;
using System.Text;
using Dragoman.Stores.Ledger;

namespace Dragoman.Storm;

/// <summary>What a storm has shown: the ledger, compared with the emulator's counts and with what the clients have seen.</summary>
/// <param name="store">The kind of store.</param>
/// <param name="asked">All requests.</param>
internal sealed class Findings(string store, IReadOnlyList<Asked> asked)
{
    private const string Assumed = "assumed";

    private const int MostToldFaults = 12;

    /// <summary>What a request may cost at most, in picodollars: 2,400 bytes of prompt and headroom, and 64 tokens.</summary>
    private const long MostOfRequest = (2400 * StormField.InputPrice) + (64 * StormField.OutputPrice);

    private readonly List<string> faults = [];
    private readonly Dictionary<string, long> lost = [];
    private Sum exactLedger;
    private Sum exactProvider;
    private Sum boundedLedger;
    private Sum boundedProvider;
    private Sum boundedClients;
    private int assumedRequests;
    private int lostRequests;
    private long assumedLeases;
    private int spentAccounts;

    public int GatewayKills { get; init; }

    public int StoreKills { get; init; }

    /// <summary>How often the observer has read all accounts.</summary>
    public int Looks { get; init; }

    /// <summary>How often it got no answer.</summary>
    public int LooksWithoutStore { get; init; }

    /// <summary>What the gateways have logged.</summary>
    public IReadOnlyList<string> Complaints { get; set; } = [];

    public bool HasFaults => faults.Count > 0;

    public void Fault(string text) => faults.Add(text);

    /// <summary>Compares each request.</summary>
    /// <param name="counts">What the emulator has counted.</param>
    /// <param name="entries">All entries of the ledger.</param>
    public void Compare(Dictionary<string, ProviderCount> counts, List<LedgerEntry> entries)
    {
        var byRequest = new Dictionary<string, LedgerEntry>();
        var accountsOf = new Dictionary<string, IReadOnlyList<string>>();
        var assumedOf = new Dictionary<string, long>();
        foreach (var entry in entries)
        {
            if (entry.RequestId.StartsWith("assumed:", StringComparison.Ordinal))
            {
                assumedLeases += entry.Cost ?? 0;
                assumedOf[entry.Accounts[0]] = assumedOf.GetValueOrDefault(entry.Accounts[0]) + (entry.Cost ?? 0);
                continue;
            }

            if (!byRequest.TryAdd(entry.RequestId, entry))
                Fault($"{entry.RequestId} is in the ledger twice: {entry} and {byRequest[entry.RequestId]}");
            accountsOf[entry.Key ?? ""] = entry.Accounts;
        }

        foreach (var each in asked)
        {
            if (each.Surprise is { } surprise)
                Fault($"{each.Id} {each.Ask.Model}: {surprise}");
            var count = counts.GetValueOrDefault(each.Id, ProviderCount.None);
            if (byRequest.Remove(each.Id, out var entry))
                Compare(each, count, entry);
            else
                Miss(each, count, accountsOf);
        }

        foreach (var (id, entry) in byRequest)
            Fault($"nobody has asked for {id}: {entry}");
        foreach (var account in lost.Keys.Union(assumedOf.Keys))
        {
            var (used, assumed) = (lost.GetValueOrDefault(account), assumedOf.GetValueOrDefault(account));
            if (used > assumed)
                Fault($"{used} was used of {account} by processes whose journals are lost, and only {assumed} is assumed");
            if (assumed != 0 && !asked.Any(each => each.Run.IsJournalLost))
                Fault($"{assumed} of {account} is assumed, and no journal was lost");
        }
    }

    /// <summary>Checks that no budget was ever exceeded, and that nothing is leased at the end.</summary>
    /// <param name="accounts">The accounts at the end.</param>
    /// <param name="highest">Each of them when most of it was leased and settled.</param>
    public void CheckAccounts(IReadOnlyList<AccountState> accounts, IReadOnlyDictionary<string, AccountState> highest)
    {
        foreach (var account in accounts.Concat(highest.Values))
        {
            if (account.Settled + account.Leased + account.Excess > account.Limit || account.Excess != 0)
                Fault($"a budget is exceeded: {account}");
        }

        foreach (var account in accounts.Where(account => account.Leased != 0))
            Fault($"something is still leased: {account}");
        spentAccounts = accounts.Count(account => account.Settled > 0 && account.Limit - account.Settled < MostOfRequest);
        if (spentAccounts == 0)
            Fault("no budget has run out, so that nothing is proved");
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        var endings = string.Join(", ", asked.CountBy(each => each.Ending).OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key}".ToLowerInvariant()));
        Line($"{store}: {asked.Count} requests ({endings}); {GatewayKills} gateways and {StoreKills} databases killed");
        Line($"  known exactly: the ledger has {exactLedger}, the provider {exactProvider}");
        Line($"  client left or gateway killed: the ledger has {boundedLedger}, the provider {boundedProvider}, the clients {boundedClients}");
        Line($"  assumed: {assumedRequests} requests from journals; {assumedLeases} picodollars of leases for {lostRequests} requests without a journal");
        Line($"  {Looks} looks at all accounts, {LooksWithoutStore} without an answer; {spentAccounts} budgets have run out");
        foreach (var (complaint, count) in Complaints.CountBy(line => string.Concat(line.Where(letter => !char.IsAsciiHexDigit(letter)))).OrderByDescending(pair => pair.Value).Take(HasFaults ? MostToldFaults : 0))
            Line($"  logged {count} times: {Complaints.First(line => string.Concat(line.Where(letter => !char.IsAsciiHexDigit(letter))) == complaint)}");
        foreach (var fault in faults.Take(MostToldFaults))
            Line($"  FAULT {fault}");
        Line($"  {faults.Count} faults");
        return text.ToString();

        void Line(string line) => text.AppendLine(line);
    }

    private void Compare(Asked each, ProviderCount count, LedgerEntry entry)
    {
        if (entry.Origin == Assumed)
        {
            assumedRequests++;
            if (!each.Run.IsKilled)
                Fault($"{each.Id} {each.Ask.Model} is assumed, and its gateway was not killed: {entry}");
            if (entry.Cost < count.Cost)
                Fault($"{each.Id} {each.Ask.Model} is assumed to have cost {entry.Cost}, and has cost {count.Cost}");
            return;
        }

        var ledger = new ProviderCount(entry.InputTokens, entry.OutputTokens);
        if (entry.Cost != ledger.Cost)
            Fault($"{each.Id} {each.Ask.Model} costs {ledger.Cost}: {entry}");
        if (IsBounded(each))
        {
            boundedLedger = boundedLedger.Plus(ledger);
            boundedProvider = boundedProvider.Plus(count);
            boundedClients = boundedClients.Plus(new(0, each.Tokens));
            if (ledger.Output < each.Tokens || ledger.Output > count.Output || ledger.Input > count.Input)
                Fault($"{each.Id} {each.Ask.Model}: the client has received {each.Tokens} tokens, the provider has sent {count}, and the ledger has {entry}");
            return;
        }

        exactLedger = exactLedger.Plus(ledger);
        exactProvider = exactProvider.Plus(count);
        if (ledger != count)
            Fault($"{each.Id} {each.Ask.Model} {each.Ending}: the client has received {each.Tokens} tokens, the provider has sent {count}, and the ledger has {entry}");
    }

    private void Miss(Asked each, ProviderCount count, Dictionary<string, IReadOnlyList<string>> accountsOf)
    {
        if (count.Cost == 0 || (IsBounded(each) && each.Tokens == 0))
            return;
        if (!each.Run.IsJournalLost)
        {
            Fault($"{each.Id} {each.Ask.Model} {each.Ending} is not in the ledger, and the provider has sent {count}");
            return;
        }

        lostRequests++;
        foreach (var account in accountsOf.GetValueOrDefault(each.Key) ?? [])
            lost[account] = lost.GetValueOrDefault(account) + count.Cost;
    }

    /// <summary>Whether something may have been on its way to the gateway when it stopped to read.</summary>
    private static bool IsBounded(Asked each) =>
        (each.Ending == Ending.Left && each.Ask.Leaving == Leaving.AtRandom) || (each.Ending == Ending.Broken && each.Run.IsKilled);

    private readonly record struct Sum(int Requests, long Input, long Output)
    {
        public Sum Plus(ProviderCount count) => new(Requests + 1, Input + count.Input, Output + count.Output);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Requests} requests of {Input} and {Output} tokens");
    }
}
