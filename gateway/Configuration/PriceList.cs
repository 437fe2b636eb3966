namespace Dragoman.Configuration;

/// <summary>A price list: the built-in one, or a file of the operator's.</summary>
/// <param name="Date">When it was compiled.</param>
/// <param name="Entries">Its entries, in the order of the file.</param>
public sealed record PriceList(DateOnly Date, IReadOnlyList<PriceEntry> Entries)
{
    /// <summary>The only currency, which budgets have too.</summary>
    public const string Currency = "USD";

    /// <summary>The most entries of a list.</summary>
    public const int MostEntries = 10_000;
}
