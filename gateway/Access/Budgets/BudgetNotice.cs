namespace Dragoman.Access.Budgets;

/// <summary>What an operator is told about a budget, once for each of its periods.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Budget">The budget.</param>
/// <param name="Period">The period.</param>
/// <param name="Spent">What is spent, in picodollars.</param>
/// <param name="Reserved">What processes hold for running and coming requests, in picodollars.</param>
/// <param name="At">When it happened.</param>
public sealed record BudgetNotice(BudgetNoticeKind Kind, BudgetScope Budget, PeriodSpan Period, long Spent, long Reserved, DateTimeOffset At)
{
    /// <summary>The id of the account.</summary>
    public string Account => Budget.AccountIn(Period);

    /// <summary>The kind as a word: <c>warning</c> or <c>exhausted</c>.</summary>
    public string KindName => Kind == BudgetNoticeKind.Warning ? "warning" : "exhausted";

    /// <summary>What is left, in picodollars.</summary>
    public long Left => Math.Max(0, Budget.Limit - Spent - Reserved);
}
