using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>Tells the store what a lessee has to say: one batch at a time, each of them until it is answered.</summary>
internal sealed class LesseeExchange : IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(2);

    /// <summary>The pause after nothing was to be said though it was time to speak.</summary>
    private static readonly long Idle = TimeSpan.FromMilliseconds(50).Ticks;

    private readonly Ledger ledger;
    private readonly ILedgerStore store;
    private readonly LedgerClock clock;
    private readonly Lock gate;
    private readonly ITimer timer;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long due = long.MaxValue;
    private long begunAt;
    private bool isRunning;
    private bool isStopped;
    private bool isAway;
    private int failures;
    private Task run = Task.CompletedTask;

    public LesseeExchange(Lessee lessee, Ledger ledger, ILedgerStore store, LedgerClock clock, Lock gate)
    {
        (Lessee, this.ledger, this.store, this.clock, this.gate) = (lessee, ledger, store, clock, gate);
        lessee.Exchange = this;
        timer = clock.Time.CreateTimer(static exchange => ((LesseeExchange)exchange!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Lessee Lessee { get; }

    /// <summary>Ends when the store has everything.</summary>
    public Task Over => over.Task;

    /// <summary>Whether the store did not answer the last time, or does not for longer than a request waits.</summary>
    public bool IsAway => isAway || (isRunning && clock.Now - begunAt > BudgetSettings.LongestWait.Ticks);

    /// <summary>Whether something goes on that does not wait for the clock.</summary>
    public bool IsRunning => isRunning;

    /// <summary>Sees to it that something is sent at a time, or before. The caller has the lock.</summary>
    public void Signal(long at)
    {
        if (at >= due)
            return;
        due = at;
        Arm();
    }

    /// <summary>Ends it without waiting for the store.</summary>
    public async Task StopAsync()
    {
        Task last;
        lock (gate)
        {
            isStopped = true;
            last = run;
        }

        await stop.CancelAsync().ConfigureAwait(false);
        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Dispose();
    }

    public void Dispose()
    {
        timer.Dispose();
        stop.Dispose();
    }

    private void Arm()
    {
        if (isRunning || isStopped || due == long.MaxValue)
            return;
        timer.Change(TimeSpan.FromTicks(Math.Max(0, due - clock.Now)), Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (gate)
        {
            if (isRunning || isStopped)
                return;
            // Timers of the system may be early by a millisecond.
            if (due - clock.Now > Idle)
            {
                Arm();
                return;
            }

            (isRunning, begunAt) = (true, clock.Now);
            run = Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (await ReadAsync().ConfigureAwait(false) && Compose() is { } batch)
            {
                await FlushAsync().ConfigureAwait(false);
                var answer = await store.ExchangeAsync(batch, stop.Token).ConfigureAwait(false);
                if (Apply(answer))
                {
                    await ledger.EndAsync(this).ConfigureAwait(false);
                    lock (gate)
                        isRunning = false;
                    over.TrySetResult();
                    return;
                }

                if (Lessee.IsExpired)
                    ledger.Replace(this);
                await ledger.ExpireAsync(this, stop.Token).ConfigureAwait(false);
                await ledger.TrimAsync(this, stop.Token).ConfigureAwait(false);
                if (Rest())
                    return;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            lock (gate)
                isRunning = false;
        }
        catch (Exception exception)
        {
            // Whatever it is, the batch is sent again, because nobody knows whether it was applied.
            Fail(exception);
        }
    }

    /// <summary>Reads settlements again that are in the journal only.</summary>
    private async Task<bool> ReadAsync()
    {
        JournalSegment[] segments;
        JournalPosition from;
        int most;
        lock (gate)
        {
            if (!Lessee.Pending.MustRead)
                return true;
            segments = [.. Lessee.Journal!.Segments];
            (from, most) = (Lessee.Pending.From, (int)Math.Min(Lessee.Pending.Outside, LedgerLimits.MostEntries));
        }

        var (entries, next) = await Task.Run(() => JournalContent.ReadSettled(segments, from, most)).ConfigureAwait(false);
        lock (gate)
        {
            Lessee.Pending.Read(entries, next);
            if (entries.Count < most)
                ledger.ReportLost(Lessee.Pending.Lose());
        }

        return true;
    }

    private LedgerBatch? Compose()
    {
        lock (gate)
        {
            ledger.CountWaiting();
            if (!isStopped && Lessee.Compose() is { } batch)
            {
                (due, begunAt) = (long.MaxValue, clock.Now);
                return batch;
            }

            isRunning = false;
            due = isStopped ? long.MaxValue : Math.Max(Lessee.NextDue(), clock.Now + Idle);
            Arm();
            return null;
        }
    }

    /// <summary>What is sent must be on the disk before, so that it is not sent differently after the machine has failed.</summary>
    private async Task FlushAsync()
    {
        if (Lessee.Journal is not { } journal)
            return;
        await journal.FlushAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (journal.Failure is { } failure)
            ledger.ReportJournal(Lessee, failure);
    }

    /// <returns>Whether nothing else is to be sent.</returns>
    private bool Apply(LedgerAnswer answer)
    {
        lock (gate)
        {
            (isAway, failures) = (false, 0);
            Lessee.Apply(answer);
            ledger.Answered(Lessee);
            if (!Lessee.IsOver)
                return false;
            isStopped = true;
        }

        timer.Dispose();
        return true;
    }

    /// <returns>Whether nothing is to be sent now.</returns>
    private bool Rest()
    {
        lock (gate)
        {
            due = Math.Min(due, Lessee.NextDue());
            if (due <= clock.Now)
                return false;
            isRunning = false;
            Arm();
            return true;
        }
    }

    private void Fail(Exception exception)
    {
        lock (gate)
        {
            var pause = Math.Min(LongestRetry.Ticks, FirstRetry.Ticks << Math.Min(failures++, 10));
            isAway = true;
            ledger.Lost(Lessee, exception);
            isRunning = false;
            due = clock.Now + pause;
            Arm();
        }
    }
}
