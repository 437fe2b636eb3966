namespace Dragoman.Configuration;

/// <summary>The unit of all amounts of money: 10⁻¹² US dollar, so that the price of a token and each sum of costs is a whole number.</summary>
public static class Picodollars
{
    /// <summary>One US dollar.</summary>
    public const long InDollar = 1_000_000_000_000;

    /// <summary>An amount in US dollars, with as few digits as possible.</summary>
    public static decimal ToDollars(long amount) => Shortest((decimal)amount / InDollar);

    /// <summary>A number without zeros at its end.</summary>
    public static decimal Shortest(decimal number) => number / 1.0000000000000000000000000000m;
}
