namespace Dragoman.Configuration;

/// <summary>What a tier or a region multiplies all prices of tokens by, in ten-thousandths: 5000 is half the price.</summary>
/// <param name="TenThousandths">Above 0 and up to <see cref="Highest"/>.</param>
public readonly record struct PriceFactor(int TenThousandths)
{
    public const int One = 10_000;

    /// <summary>The highest factor is 100.</summary>
    public const int Highest = 100 * One;

    /// <summary>The price times the factor; a fraction of a picodollar is rounded up.</summary>
    /// <param name="rate">A price from 0 to <see cref="PriceRates.Highest"/>.</param>
    public long Of(long rate) => ((rate * TenThousandths) + One - 1) / One;
}
