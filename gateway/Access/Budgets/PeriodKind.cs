namespace Dragoman.Access.Budgets;

/// <summary>How often a budget begins anew.</summary>
public enum PeriodKind
{
    /// <summary>Never.</summary>
    Total,

    /// <summary>Each midnight.</summary>
    Day,

    /// <summary>Each Monday, as ISO 8601 counts weeks.</summary>
    Week,

    /// <summary>The first of each calendar month.</summary>
    Month,
}
