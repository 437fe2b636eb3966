namespace Dragoman.Access.Budgets;

/// <summary>A budget does not allow a request.</summary>
/// <param name="refusal">Which one, and why.</param>
public sealed class BudgetException(BudgetRefusal refusal) : Exception($"A budget does not allow the request: {refusal.Reason}.")
{
    /// <summary>Which budget, and why.</summary>
    public BudgetRefusal Refusal => refusal;
}
