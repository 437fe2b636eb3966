using BenchmarkDotNet.Attributes;
using Dragoman.Access.Budgets;
using Dragoman.Stores.Ledger;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Micro.Benchmarks;

/// <summary>Reserves the most that a request may cost in four budgets, and settles what it did cost: steps 5 and 9.</summary>
public class BudgetBenchmarks : IDisposable
{
    private const long Reserved = 1_000_000_000;
    private const long Used = 400_000_000;

    private readonly BudgetScope[] budgets =
    [
        new(BudgetOwner.OfOrganization(), LedgerLimits.MostAmount, new(PeriodKind.Month, TimeZoneInfo.Utc)),
        new(BudgetOwner.OfTeam("bench"), LedgerLimits.MostAmount, new(PeriodKind.Day, TimeZoneInfo.Utc)),
        new(BudgetOwner.OfUser("bench/ann", "bench"), LedgerLimits.MostAmount, BudgetPeriod.Total),
        new(BudgetOwner.OfKey("k", "bench"), LedgerLimits.MostAmount, BudgetPeriod.Total),
    ];

    private readonly LedgerEntry entry = new()
    {
        RequestId = "req_0123456789abcdef",
        At = TimeProvider.System.GetUtcNow(),
        Team = "bench",
        Key = "k",
        User = "ann",
        Model = "llama3.2:latest",
        Provider = "mistral",
        Target = "mistral-small-latest",
        Dialect = "openai-chat",
        Status = 200,
        Outcome = "completed",
        Origin = "reported",
        InputTokens = 1000,
        OutputTokens = 200,
    };

    private DirectoryInfo folder = null!;
    private Ledger ledger = null!;

    /// <summary>Where the process keeps what it has in flight.</summary>
    public enum Kept
    {
        InMemory,
        InJournal,
    }

    [Params(Kept.InMemory, Kept.InJournal)]
    public Kept Journal { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        folder = Directory.CreateTempSubdirectory("dragoman-micro-");
        ledger = new(new GenerousLedger(), new(Journal == Kept.InJournal ? folder.FullName : null), TimeProvider.System, NullLogger.Instance);
        // The first request leases, and grows the leases for those that follow.
        ledger.ReserveAsync(budgets, Reserved, entry).AsTask().GetAwaiter().GetResult().Settle(Used, entry);
        Warm.Up(() => ReserveAndSettle());
    }

    [Benchmark]
    public Hold ReserveAndSettle()
    {
        var hold = Now(ledger.ReserveAsync(budgets, Reserved, entry));
        hold.Settle(Used, entry);
        return hold;
    }

    [Benchmark]
    public Hold ReserveAndRelease()
    {
        var hold = Now(ledger.ReserveAsync(budgets, Reserved, entry));
        hold.Settle(0, null);
        return hold;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        ledger.DisposeAsync().AsTask().GetAwaiter().GetResult();
        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private static Hold Now(ValueTask<Hold> reservation) => reservation.IsCompletedSuccessfully ? reservation.Result : reservation.AsTask().GetAwaiter().GetResult();
}
