namespace Dragoman.Access.Directory;

/// <summary>The budgets of one scope over all processes together, in picodollars (10⁻¹² US dollar); null for a budget that the scope does not have.</summary>
/// <param name="Day">For each day.</param>
/// <param name="Week">For each week, from Monday.</param>
/// <param name="Month">For each calendar month.</param>
/// <param name="Total">In all.</param>
/// <param name="WarnAt">The part of each of them from which it warns, above 0 and up to 1; null if they do not.</param>
public sealed record BudgetValues(long? Day = null, long? Week = null, long? Month = null, long? Total = null, decimal? WarnAt = null)
{
    /// <summary>The greatest budget, in US dollars.</summary>
    public const long GreatestDollars = 4_000_000;

    public static readonly BudgetValues None = new();

    /// <summary>Whether nothing is limited.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>How many budgets the scope has.</summary>
    internal int Count => (Day is null ? 0 : 1) + (Week is null ? 0 : 1) + (Month is null ? 0 : 1) + (Total is null ? 0 : 1);
}
