using System.Diagnostics.Metrics;

namespace Dragoman.Access.Budgets;

/// <summary>The metrics of budgets. Without an exporter nothing listens.</summary>
internal static class BudgetMetrics
{
    private static readonly Meter Meter = new("Dragoman");

    private static readonly Counter<long> Notices = Meter.CreateCounter<long>(
        "dragoman.budget.notices",
        unit: "{notice}",
        description: "Periods of budgets that began to warn or to refuse requests, as this process noticed.");

    /// <summary>Counts a notice, without the id of its budget, because there may be any number of tags and users.</summary>
    public static void Count(BudgetNotice notice) => Notices.Add(
        1,
        new("dragoman.budget.notice", notice.KindName),
        new("dragoman.budget.scope", notice.Budget.Owner.Kind),
        new("dragoman.budget.period", BudgetPeriod.NameOf(notice.Budget.Period.Kind)));

    /// <summary>Reports how much is used of the budgets that warn, and whether the store knows it, as long as this process uses them.</summary>
    public static void Observe(Ledger ledger)
    {
        var observed = new WeakReference<Ledger>(ledger);
        Meter.CreateObservableGauge(
            "dragoman.budget.used",
            () => observed.TryGetTarget(out var alive) ? alive.UsedOfThoseThatWarn().Select(MeasurementOf) : [],
            unit: "1",
            description: "The part of a budget that is spent or reserved, of budgets with a part from which they warn.");
        Meter.CreateObservableGauge<double>(
            "dragoman.ledger.behind_seconds",
            () => observed.TryGetTarget(out var alive) ? [new(alive.Behind.TotalSeconds)] : [],
            unit: "s",
            description: "The age of the oldest settlement that the store does not have yet; 0 if it has all.");
    }

    private static Measurement<double> MeasurementOf((BudgetScope Budget, long Used) account) => new(
        account.Budget.Limit == 0 ? 1 : (double)account.Used / account.Budget.Limit,
        new("dragoman.budget.scope", account.Budget.Owner.Kind),
        new("dragoman.budget.id", account.Budget.Owner.Id),
        new("dragoman.budget.team", account.Budget.Owner.Team),
        new("dragoman.budget.period", BudgetPeriod.NameOf(account.Budget.Period.Kind)));
}
