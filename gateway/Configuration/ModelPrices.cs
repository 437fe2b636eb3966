using Dragoman.Conversation;

namespace Dragoman.Configuration;

/// <summary>All prices of one model: the usual ones, and those of tiers, regions and long prompts.</summary>
/// <param name="Rates">The usual prices; input and output are always known.</param>
public sealed record ModelPrices(PriceRates Rates)
{
    /// <summary>The most prompt tokens for which <see cref="Rates"/> count; null when the length changes nothing.</summary>
    public long? LongAbove { get; init; }

    /// <summary>The prices of the whole request when its prompt is longer; a class that is left out has its usual price.</summary>
    public PriceRates? Long { get; init; }

    /// <summary>The tiers besides the usual one. A tier that is not here has no known price.</summary>
    public IReadOnlyDictionary<ServiceTier, TierPrice> Tiers { get; init; } = NoTiers;

    /// <summary>The regions besides the global one. A region that is not here has no known price.</summary>
    public IReadOnlyDictionary<ServingRegion, PriceFactor> Regions { get; init; } = NoRegions;

    private static readonly Dictionary<ServiceTier, TierPrice> NoTiers = [];

    private static readonly Dictionary<ServingRegion, PriceFactor> NoRegions = [];
}
