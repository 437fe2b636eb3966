using Dragoman.Access.Budgets;
using Dragoman.Gateway.Tests.Stores.Ledger;
using Microsoft.Extensions.Logging;

namespace Dragoman.Gateway.Tests.Access.Budgets;

/// <summary>A process with a ledger that a test can kill.</summary>
internal sealed class LedgerProcess
{
    private readonly ProcessClock clock;

    public LedgerProcess(SimulatedLedger store, ManualTimeProvider time, BudgetSettings settings, ILogger logger, int segmentBytes)
    {
        Store = new(store);
        clock = new(time);
        Ledger = new(Store, settings, clock, logger, segmentBytes) { Notices = new(clock, logger) };
    }

    public ProcessStore Store { get; }

    public Ledger Ledger { get; }

    public bool IsAlive { get; private set; } = true;

    public bool IsBusy => IsAlive && !Store.IsHeld && Ledger.IsBusy;

    /// <summary>Sets its time of day wrong.</summary>
    public void SetClock(TimeSpan error) => clock.Error = error;

    /// <summary>Ends the process at once. What it wrote to its journal stays, and its locks go.</summary>
    public void Kill()
    {
        IsAlive = false;
        clock.IsDead = Store.IsDead = true;
        foreach (var lessee in Ledger.Lessees)
            lessee.Journal?.Dispose();
    }

    public void Closed() => IsAlive = false;
}
