using System.Diagnostics;
using Dragoman.Access.Budgets;
using Dragoman.Gateway.Tests.Stores.Ledger;
using Dragoman.Stores.Ledger;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Access.Budgets;

/// <summary>Processes that share a ledger, a clock, and a folder for their journals.</summary>
internal sealed class LedgersUnderTest : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private const string Memory = "/dev/shm";

    private readonly DirectoryInfo? folder;
    private readonly string? path;
    private readonly ILogger logger;
    private readonly int segmentBytes;
    private readonly bool serves;
    private int requests;

    public LedgersUnderTest(int processes = 1, bool hasJournal = true, bool serves = false, int segmentBytes = 64 * 1024, string? path = null, ILogger? logger = null, int mostAccounts = LedgerLimits.MostAccounts)
    {
        // In memory, because each exchange waits until the disk has the journal.
        folder = hasJournal ? System.IO.Directory.CreateDirectory(Path.Combine(System.IO.Directory.Exists(Memory) ? Memory : Path.GetTempPath(), $"dragoman-ledger-{Guid.NewGuid():N}")) : null;
        this.path = path ?? folder?.FullName;
        Store = new() { MostAccounts = mostAccounts };
        (this.logger, this.segmentBytes, this.serves) = (logger ?? NullLogger.Instance, segmentBytes, serves);
        for (var number = 0; number < processes; number++)
            Start();
    }

    public ManualTimeProvider Clock { get; } = new();

    public SimulatedLedger Store { get; }

    /// <summary>How long processes that are started keep entries.</summary>
    public TimeSpan? EntriesKept { get; set; }

    public List<LedgerProcess> Processes { get; } = [];

    public LedgerProcess Process => Processes[0];

    public Ledger Ledger => Processes[0].Ledger;

    public string Folder => folder!.FullName;

    public static BudgetScope Total(string owner, long limit) => new(Owner(owner), limit, BudgetPeriod.Total);

    /// <summary>The owner whose accounts begin with a text such as <c>team:a</c>.</summary>
    public static BudgetOwner Owner(string account) => account.Split(':', 2) switch
    {
        ["key", var id] => BudgetOwner.OfKey(id, null),
        ["user", var id] => BudgetOwner.OfUser(id, "team"),
        ["team", var id] => BudgetOwner.OfTeam(id),
        [var name] => BudgetOwner.OfTeam(name),
        _ => throw new ArgumentException("It is no team, user or key.", nameof(account)),
    };

    public LedgerProcess Start()
    {
        var process = new LedgerProcess(Store, Clock, new(path, serves) { EntriesKept = EntriesKept }, logger, segmentBytes);
        Processes.Add(process);
        return process;
    }

    public LedgerEntry Entry(string? id = null) => new()
    {
        RequestId = id ?? $"r{Interlocked.Increment(ref requests)}",
        At = Clock.GetUtcNow(),
        Model = "m",
        Dialect = "openai",
        Outcome = "completed",
        Origin = "reported",
    };

    /// <summary>Lets what has begun go on until it waits for the clock.</summary>
    public async Task QuietAsync()
    {
        var begin = Stopwatch.GetTimestamp();
        while (Processes.Exists(process => process.IsBusy))
        {
            Assert.True(Stopwatch.GetElapsedTime(begin) < Patience, "A process does not become quiet.");
            await Task.Yield();
        }
    }

    /// <summary>Moves the clock, and lets what it starts happen.</summary>
    public async Task PassAsync(TimeSpan time, TimeSpan? step = null)
    {
        await QuietAsync();
        for (var end = Clock.GetUtcNow() + time; Clock.GetUtcNow() < end;)
        {
            var next = step ?? TimeSpan.FromMilliseconds(50);
            Clock.Advance(next < end - Clock.GetUtcNow() ? next : end - Clock.GetUtcNow());
            await QuietAsync();
        }
    }

    /// <summary>Moves the clock until all work has ended, but only while everybody waits for it.</summary>
    public Task DriveAsync(params IReadOnlyList<Task> work) => DriveAsync(TimeSpan.FromMilliseconds(20), work);

    private async Task DriveAsync(TimeSpan step, IReadOnlyList<Task> work)
    {
        var begin = Stopwatch.GetTimestamp();
        while (true)
        {
            await QuietAsync();
            var unfinished = work.Count(task => !task.IsCompleted);
            if (unfinished == 0)
                break;
            Assert.True(Stopwatch.GetElapsedTime(begin) < Patience, $"{unfinished} do not end.");
            // Those whose wait has ended need a moment to go on.
            if (unfinished > Processes.Sum(process => process.IsAlive ? process.Ledger.WaitingCount : 0))
            {
                var moment = Stopwatch.GetTimestamp();
                while (work.Count(task => !task.IsCompleted) == unfinished && Stopwatch.GetElapsedTime(moment) < TimeSpan.FromMilliseconds(1))
                    await Task.Yield();
                if (work.Count(task => !task.IsCompleted) != unfinished)
                    continue;
            }

            Clock.Advance(step);
        }

        await Task.WhenAll(work);
    }

    public async Task<Hold> ReserveAsync(LedgerProcess process, long amount, params BudgetScope[] budgets)
    {
        var task = process.Ledger.ReserveAsync(budgets, amount, Entry()).AsTask();
        await ((Task)DriveAsync(task)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await task;
    }

    public async Task<BudgetRefusal> RefusalAsync(LedgerProcess process, long amount, params BudgetScope[] budgets) =>
        (await Assert.ThrowsAsync<BudgetException>(() => ReserveAsync(process, amount, budgets))).Refusal;

    public void Settle(Hold hold, long cost) => hold.Settle(cost, hold.Draft);

    public async Task CloseAsync(LedgerProcess process)
    {
        // It waits for seconds if the store is away.
        await DriveAsync(TimeSpan.FromMilliseconds(250), [process.Ledger.DisposeAsync().AsTask()]);
        process.Closed();
    }

    public async Task CloseAllAsync()
    {
        foreach (var process in Processes.Where(process => process.IsAlive).ToArray())
            await CloseAsync(process);
    }

    public async Task<AccountState> StateAsync(BudgetScope budget) =>
        Assert.Single(await Store.ReadAsync([budget.AccountAt(Clock.GetUtcNow())]));

    /// <summary>Nobody holds anything, and nothing is in a journal.</summary>
    public async Task AssertOverAsync()
    {
        Assert.Empty(await Store.LeasesAsync());
        foreach (var account in await Store.ListAsync("", null, 500))
        {
            Assert.Equal(0, account.Leased);
            Assert.Equal(account.Settled + account.Excess, await Store.AddUpAsync(account.Account));
        }

        if (folder is not null)
            Assert.Empty(folder.EnumerateFiles());
    }

    public void Dispose()
    {
        foreach (var process in Processes.Where(process => process.IsAlive))
            process.Kill();
        folder?.Delete(recursive: true);
    }
}
