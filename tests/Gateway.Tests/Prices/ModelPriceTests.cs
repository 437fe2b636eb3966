using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Prices;

public sealed class ModelPriceTests
{
    private static readonly Usage Short = new(100, 10) { Searches = 1 };
    private static readonly Usage Long = new(1001, 10);

    [Fact]
    public void A_factor_multiplies_all_prices_of_tokens()
    {
        var model = Priced.Model("""
            "input": 2, "output": 8, "search": 0.01, "longContext": { "above": 1000, "input": 4 }, "tiers": { "flex": 0.5, "priority": 1.75, "ultrafast": 6 }
            """);
        // A search costs the same in every tier.
        const long search = 10_000_000_000;
        Assert.Equal(200_000_000 + 80_000_000 + search, model.At(ServiceTier.Standard, ServingRegion.Global)!.CostOf(Short));
        Assert.Equal(100_000_000 + 40_000_000 + search, model.At(ServiceTier.Flex, ServingRegion.Global)!.CostOf(Short));
        Assert.Equal(350_000_000 + 140_000_000 + search, model.At(ServiceTier.Priority, ServingRegion.Global)!.CostOf(Short));
        Assert.Equal((1001L * 2_000_000) + 40_000_000, model.At(ServiceTier.Flex, ServingRegion.Global)!.CostOf(Long));
        Assert.Equal((1001L * 24_000_000) + 480_000_000, model.At(ServiceTier.Ultrafast, ServingRegion.Global)!.CostOf(Long));
    }

    [Fact]
    public void A_tier_may_have_prices_of_its_own()
    {
        var model = Priced.Model("""
            "input": 2, "cacheRead": 1, "output": 8, "search": 0.01, "longContext": { "above": 1000, "input": 4, "output": 9 },
            "tiers": { "priority": { "factor": 3, "input": 5, "search": 0.02 }, "fast": { "output": 16, "longContext": { "input": 7 } } }
            """);
        Assert.Equal(500_000_000 + 240_000_000 + 20_000_000_000, model.At(ServiceTier.Priority, ServingRegion.Global)!.CostOf(Short));
        Assert.Equal(100 * 3_000_000, model.At(ServiceTier.Priority, ServingRegion.Global)!.CostOf(new Usage(100, 0, CacheRead: 100)));
        Assert.Null(model.At(ServiceTier.Priority, ServingRegion.Global)!.CostOf(Long));
        Assert.Null(model.At(ServiceTier.Priority, ServingRegion.Global)!.UpperBound(1001, 10));
        Assert.Equal(200_000_000 + 160_000_000 + 10_000_000_000, model.At(ServiceTier.Fast, ServingRegion.Global)!.CostOf(Short));
        Assert.Equal((1001L * 7_000_000) + 90_000_000, model.At(ServiceTier.Fast, ServingRegion.Global)!.CostOf(Long));
    }

    [Fact]
    public void A_region_multiplies_the_prices_of_a_tier()
    {
        var model = Priced.Model("""
            "input": 2, "output": 8, "search": 0.01, "longContext": { "above": 1000, "input": 4 }, "tiers": { "batch": 0.5 }, "regions": { "us": 1.1, "data-zone": 1.2 }
            """);
        Assert.Equal(220_000_000 + 88_000_000 + 10_000_000_000, model.At(ServiceTier.Standard, ServingRegion.Us)!.CostOf(Short));
        Assert.Equal(120_000_000 + 48_000_000 + 10_000_000_000, model.At(ServiceTier.Batch, ServingRegion.DataZone)!.CostOf(Short));
        Assert.Equal((1001L * 4_400_000) + 88_000_000, model.At(ServiceTier.Standard, ServingRegion.Us)!.CostOf(Long));
    }

    [Fact]
    public void A_tier_or_region_that_is_not_listed_has_no_known_price()
    {
        var model = Priced.Model("""
            "input": 2, "output": 8, "tiers": { "flex": 0.5 }, "regions": { "eu": 1.1 }
            """);
        Assert.All([ServiceTier.Batch, ServiceTier.Priority, ServiceTier.Fast, ServiceTier.Ultrafast, ServiceTier.Unlisted], tier => Assert.Null(model.At(tier, ServingRegion.Global)));
        Assert.All([ServingRegion.Us, ServingRegion.DataZone, ServingRegion.Regional, ServingRegion.Unlisted], region => Assert.Null(model.At(ServiceTier.Standard, region)));
        Assert.NotNull(model.At(ServiceTier.Flex, ServingRegion.Eu));
    }

    [Fact]
    public void A_price_is_made_once()
    {
        var model = Priced.Model("""
            "input": 2, "tiers": { "flex": 0.5 }, "regions": { "us": 2 }
            """);
        Assert.Same(model.At(ServiceTier.Flex, ServingRegion.Us), model.At(ServiceTier.Flex, ServingRegion.Us));
        Assert.NotSame(model.At(ServiceTier.Flex, ServingRegion.Us), model.At(ServiceTier.Standard, ServingRegion.Us));
        Assert.NotSame(model.At(ServiceTier.Flex, ServingRegion.Us), model.At(ServiceTier.Flex, ServingRegion.Global));
    }

    [Theory]
    [InlineData(0.000001, 0.5, 1)]
    [InlineData(0.000003, 0.5, 2)]
    [InlineData(0.000002, 0.5, 1)]
    [InlineData(0, 0.5, 0)]
    [InlineData(0.00001, 1.0001, 11)]
    [InlineData(0.01, 1.0001, 10001)]
    public void A_fraction_of_a_picodollar_is_rounded_up(double rate, double factor, long expected)
    {
        var model = Priced.Model(FormattableString.Invariant($"\"input\": {(decimal)rate}, \"tiers\": {{ \"flex\": {factor} }}"));
        Assert.Equal(expected, model.At(ServiceTier.Flex, ServingRegion.Global)!.CostOf(new Usage(1, 0)));
    }
}
