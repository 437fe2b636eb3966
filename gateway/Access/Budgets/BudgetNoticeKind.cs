namespace Dragoman.Access.Budgets;

/// <summary>What an operator is told about a budget.</summary>
public enum BudgetNoticeKind
{
    /// <summary>More is used than the part from which it warns.</summary>
    Warning,

    /// <summary>A request was refused that the whole budget would have sufficed for.</summary>
    Exhausted,
}
