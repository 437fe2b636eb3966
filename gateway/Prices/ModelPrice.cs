using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Prices;

/// <summary>What one model costs, in all tiers and regions.</summary>
/// <param name="prices">The prices.</param>
public sealed class ModelPrice(ModelPrices prices)
{
    private const int Tiers = (int)ServiceTier.Unlisted;
    private const int Regions = (int)ServingRegion.Unlisted;

    /// <summary>The prices that were asked for, by tier and region.</summary>
    private readonly Price?[] known = new Price?[Tiers * Regions];

    /// <summary>The price in a tier and a region; null when it is not known.</summary>
    public Price? At(ServiceTier tier, ServingRegion region)
    {
        if ((int)tier >= Tiers || (int)region >= Regions)
            return null;
        ref var place = ref known[((int)tier * Regions) + (int)region];
        // Two threads may make the same price, which is immutable.
        return Volatile.Read(ref place) ?? Keep(ref place, Make(tier, region));
    }

    private static Price? Keep(ref Price? place, Price? price)
    {
        if (price is not null)
            Volatile.Write(ref place, price);
        return price;
    }

    private Price? Make(ServiceTier tier, ServingRegion region)
    {
        var charge = new TierPrice(new PriceFactor(PriceFactor.One));
        if (tier != ServiceTier.Standard && !prices.Tiers.TryGetValue(tier, out charge!))
            return null;
        var place = new PriceFactor(PriceFactor.One);
        if (region != ServingRegion.Global && !prices.Regions.TryGetValue(region, out place))
            return null;
        var usual = Times(Over(Times(prices.Rates, charge.Factor), charge.Rates), place);
        return new Price(usual, prices.LongAbove, Longer(charge, place) is { } longer ? new Price(longer) : null);
    }

    /// <summary>A tier with prices of its own has none for long prompts unless it names them.</summary>
    private PriceRates? Longer(TierPrice charge, PriceFactor place)
    {
        if (prices.LongAbove is null || (charge.Rates is not null && charge.Long is null))
            return null;
        var longer = Over(prices.Rates, prices.Long);
        return Times(Over(Times(longer, charge.Factor), charge.Long), place);
    }

    /// <summary>Searches cost the same everywhere.</summary>
    private static PriceRates Times(PriceRates rates, PriceFactor factor) =>
        PriceRates.Of(name => name == "search" ? rates.Search : rates[name] is { } rate ? factor.Of(rate) : null);

    private static PriceRates Over(PriceRates rates, PriceRates? own) => own is null ? rates : PriceRates.Of(name => own[name] ?? rates[name]);
}
