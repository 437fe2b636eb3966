namespace Dragoman.Access.Budgets;

/// <summary>Why a budget does not allow a request.</summary>
public enum BudgetRefusalReason
{
    /// <summary>Too little is left.</summary>
    Exhausted,

    /// <summary>The store of the ledger does not answer, so that nobody knows what is left.</summary>
    StoreAway,

    /// <summary>Too many requests wait for what is left.</summary>
    Crowded,

    /// <summary>The process ends.</summary>
    Closing,
}

/// <summary>A budget that does not allow a request: the one of which the least is left.</summary>
/// <param name="Budget">The budget; null if the reason is not one of them.</param>
/// <param name="Reason">Why.</param>
/// <param name="Amount">What the request may have used, in picodollars.</param>
/// <param name="Left">What is left of the budget as far as this process knows, in picodollars. Other requests that run may still use it or give it back. Null if the store was not asked, because the amount is more than the whole budget.</param>
/// <param name="ResetsAt">When the budget begins anew; null if it never does.</param>
public sealed record BudgetRefusal(BudgetScope? Budget, BudgetRefusalReason Reason, long Amount, long? Left, DateTimeOffset? ResetsAt);
