using System.Globalization;
using System.Text.Json.Nodes;
using Dragoman.Access.Directory;
using Dragoman.Bench.Processes;
using Dragoman.StandIn;

namespace Dragoman.Bench.Access;

/// <summary><c>dragoman-bench access</c>: what keys, tokens and limits cost, and how soon all processes see a change.</summary>
internal static class AccessBenchmark
{
    private const string Open = "open";
    private const string Control = "open, a second process";
    private const string Unlimited = "key without limits";
    private const string Key = "key, all limits of four scopes";
    private const string Budgets = "key, all limits and budgets of four scopes, PostgreSQL";
    private const string Token = "token of 1.5 kB, all limits of three scopes";

    /// <summary>The limit of requests a minute whose error is measured.</summary>
    private const int RequestsPerMinute = 600;

    private const long Million = 1_000_000_000_000_000_000;

    /// <summary>The bytes of the claim that makes a token of 1.5 kB.</summary>
    private const int ClaimBytes = 680;

    /// <summary>No request of the bench reaches them, but each one is counted.</summary>
    private static readonly LimitValues Wide = new(LimitValues.Greatest, LimitValues.Greatest, LimitValues.Greatest);

    /// <summary>Nor do they reach these: a million dollars for each period.</summary>
    private static readonly BudgetValues Rich = new(Million, Million, Million, Million);

    private static readonly int[] PageSizes = [100, 500];

    private static readonly int[] InFlight = [64, 1];

    /// <summary>The measured sidecars have a core of their own, if there are two.</summary>
    private static readonly string[] OnFirstCore = Environment.ProcessorCount > 1 ? ["taskset", "-c", "0"] : [];

    private static readonly string[] OnSecondCore = Environment.ProcessorCount > 1 ? ["taskset", "-c", "1"] : [];

    /// <param name="repository">The repository's root.</param>
    /// <param name="options">What is measured.</param>
    /// <param name="cancellation">Cancels the run.</param>
    /// <returns>The report's name and text.</returns>
    public static async Task<(string Name, string Text)> RunAsync(string repository, AccessOptions options, CancellationToken cancellation)
    {
        var machine = Machine.Describe(repository);
        var startedAt = DateTimeOffset.UtcNow;
        var report = new AccessReport(machine, startedAt);
        if (options.Includes(AccessOptions.Revocation) || options.Includes(AccessOptions.Listing) || options.Includes(AccessOptions.Rate))
            await ShareAsync(repository, options, report, cancellation);
        if (options.Includes(AccessOptions.Cost))
        {
            var starts = new List<(IReadOnlyList<CostMeasure> Costs, double Noise)>();
            while (starts.Count < options.CostStarts)
            {
                Console.Error.WriteLine($"CPU of whole answers, start {starts.Count + 1} of {options.CostStarts}");
                starts.Add(await CostAsync(repository, options, cancellation));
            }

            var costs = InFlight.Select((_, index) => CostMeasure.Together([.. starts.Select(start => start.Costs[index])])).ToList();
            report.Add(costs, Open, options.CostStarts, options.CostRequests, starts.Average(start => start.Noise));
        }

        return (string.Create(CultureInfo.InvariantCulture, $"{startedAt:yyyy-MM-dd}-access-{machine.ShortName}.md"), report.Text);
    }

    private static async Task ShareAsync(string repository, AccessOptions options, AccessReport report, CancellationToken cancellation)
    {
        await using var bed = await AccessBed.StartAsync(repository);
        Console.Error.WriteLine($"writing {options.Keys} keys");
        var store = bed.CreateStore();
        var keys = await store.FillAsync(options.Keys, options.Revocations, cancellation);
        var limited = await store.AddAsync(new LimitValues(RequestsPerMinute: RequestsPerMinute), cancellation);
        var addresses = new List<Uri>();
        for (var number = 1; number <= options.Processes; number++)
            addresses.Add((await bed.StartClosedSidecarAsync($"sidecar-{number}", store, "\"mode\": \"keys\"")).Address);
        var admins = addresses.Select(address => bed.ClientOf(address)).ToList();
        HttpClient[] ClientsWith(string key) => [.. addresses.Select(address => bed.ClientOf(address, key))];

        if (options.Includes(AccessOptions.Revocation))
        {
            var noise = new NoiseBetween(bed.Processes);
            var rounds = new List<RevocationMeasure>();
            for (var round = 0; round < keys.Count; round++)
            {
                Console.Error.WriteLine($"revoking a key, round {round + 1} of {keys.Count}");
                rounds.Add(await RevocationMeasure.MeasureAsync(ClientsWith(keys[round]), keys[round], admins[round % admins.Count], cancellation));
            }

            report.Add(rounds, options.Keys, noise.Cores);
        }

        if (options.Includes(AccessOptions.Listing))
        {
            var noise = new NoiseBetween(bed.Processes);
            var pages = new List<ListingMeasure>();
            foreach (var size in PageSizes)
            {
                Console.Error.WriteLine($"listing the keys by pages of {size}");
                pages.Add(await ListingMeasure.MeasureAsync(admins[0], size, cancellation));
            }

            report.Add(pages, noise.Cores);
        }

        if (options.Includes(AccessOptions.Rate))
        {
            Console.Error.WriteLine($"more requests than a limit allows, for {options.Seconds} s");
            var noise = new NoiseBetween(bed.Processes);
            var rate = await RateMeasure.MeasureAsync(ClientsWith(limited), RequestsPerMinute, TimeSpan.FromSeconds(options.Seconds), cancellation);
            report.Add(rate, options.Processes, options.Seconds, noise.Cores);
        }
    }

    private static async Task<(IReadOnlyList<CostMeasure> Costs, double Noise)> CostAsync(string repository, AccessOptions options, CancellationToken cancellation)
    {
        await using var issuer = await StandInIssuer.StartAsync();
        await using var bed = await AccessBed.StartAsync(repository, OnSecondCore);
        var (wide, plain) = (bed.CreateStore(), bed.CreateStore());
        var key = await wide.LimitAllAsync(Wide, BudgetValues.None, cancellation);
        var governed = await bed.CreatePostgresStoreAsync();
        var governedKey = await governed.LimitAllAsync(Wide, Rich, cancellation);
        var unlimitedKey = (await plain.FillAsync(1, known: 1, cancellation))[0];
        var token = issuer.Sign(("oid", AccessStore.User), ("rest", new string('x', ClaimBytes)));
        var (open, openAddress) = await bed.StartOpenSidecarAsync("sidecar-open", OnFirstCore);
        var rules = new JsonArray(new JsonObject { ["team"] = AccessStore.Team, ["user"] = "{oid}" });
        var issuers = new JsonArray(new JsonObject { ["issuer"] = issuer.Issuer, ["audiences"] = new JsonArray(issuer.Audience), ["rules"] = rules });
        var (control, controlAddress) = await bed.StartOpenSidecarAsync("sidecar-control", OnFirstCore);
        var (unlimited, unlimitedAddress) = await bed.StartClosedSidecarAsync("sidecar-unlimited", plain, "\"mode\": \"keys\"", OnFirstCore);
        var (closed, closedAddress) = await bed.StartClosedSidecarAsync("sidecar-closed", wide, $"\"mode\": \"both\", \"issuers\": {issuers.ToJsonString()}", OnFirstCore);
        var (budgeted, budgetedAddress) = await bed.StartClosedSidecarAsync("sidecar-budgets", governed, "\"mode\": \"keys\"", OnFirstCore);
        CostWay[] ways =
        [
            new(Open, open, openAddress, null),
            new(Control, control, controlAddress, null),
            new(Unlimited, unlimited, unlimitedAddress, unlimitedKey),
            new(Key, closed, closedAddress, key),
            new(Budgets, budgeted, budgetedAddress, governedKey),
            new(Token, closed, closedAddress, token),
        ];
        var noise = new NoiseBetween(bed.Processes);
        var costs = new List<CostMeasure>();
        foreach (var inFlight in InFlight)
            costs.Add(await CostMeasure.MeasureAsync(ways, inFlight, options.CostRounds, options.CostRequests, OnSecondCore, bed.Folder, cancellation));
        return (costs, noise.Cores);
    }

    /// <summary>The load of other processes while processes that run already are measured.</summary>
    private sealed class NoiseBetween(IReadOnlyList<RunningProcess> ours)
    {
        private readonly NoiseMeter meter = new();
        private readonly TimeSpan before = CpuOf(ours);

        public double Cores => meter.CoresTakenByOthers(ours, before);

        private static TimeSpan CpuOf(IReadOnlyList<RunningProcess> processes) => processes.Aggregate(TimeSpan.Zero, (sum, process) => sum + process.CpuTime);
    }
}
