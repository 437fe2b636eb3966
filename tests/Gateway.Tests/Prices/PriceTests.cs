using Dragoman.Conversation;
using Dragoman.Prices;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Prices;

public sealed class PriceTests
{
    /// <summary>Each class has a price of its own: dollars a million tokens are picodollars a token times a million.</summary>
    private const string Full =
        """
        "input": 0.000002, "cacheRead": 0.000003, "cacheWrite": 0.000005, "cacheWriteHour": 0.000007, "output": 0.000011, "reasoning": 0.000013,
        "audioInput": 0.000017, "audioCacheRead": 0.000019, "audioOutput": 0.000023, "imageInput": 0.000029, "imageOutput": 0.000031, "search": 0.000000000037
        """;

    public static TheoryData<string, long> Classes => new()
    {
        { "input", 2 }, { "cacheRead", 3 }, { "cacheWrite", 5 }, { "cacheWriteHour", 7 }, { "output", 11 }, { "reasoning", 13 },
        { "audioInput", 17 }, { "audioCacheRead", 19 }, { "audioOutput", 23 }, { "imageInput", 29 }, { "imageOutput", 31 }, { "search", 37 },
    };

    [Theory]
    [MemberData(nameof(Classes))]
    public void A_class_has_its_price(string name, long rate) => Assert.Equal(100 * rate, Of(Full).CostOf(UsageOf(name, 100)));

    [Fact]
    public void A_cost_is_the_sum_of_the_classes()
    {
        var usage = new Usage(InputTotal: 1000, OutputTotal: 600, CacheRead: 200, CacheWrite: 90, Reasoning: 70)
        {
            CacheWriteHour = 30,
            AudioInput = 11,
            AudioCacheRead = 17,
            ImageInput = 13,
            AudioOutput = 19,
            ImageOutput = 23,
            Searches = 2,
        };
        // input 686, cache reads 183 + 17 of audio, cache writes 60 + 30 for an hour, audio 11, images 13;
        // output 488, reasoning 70, audio 19, images 23; two searches.
        const long input = (686 * 2) + (183 * 3) + (17 * 19) + (60 * 5) + (30 * 7) + (11 * 17) + (13 * 29);
        const long output = (488 * 11) + (70 * 13) + (19 * 23) + (23 * 31);
        Assert.Equal(input + output + (2 * 37), Of(Full).CostOf(usage));
    }

    [Theory]
    [InlineData("cacheRead", 2)]
    [InlineData("cacheWrite", 2)]
    [InlineData("cacheWriteHour", 2)]
    [InlineData("audioInput", 2)]
    [InlineData("audioCacheRead", 2)]
    [InlineData("imageInput", 2)]
    [InlineData("reasoning", 11)]
    [InlineData("audioOutput", 11)]
    [InlineData("imageOutput", 11)]
    public void A_class_without_a_price_has_the_price_of_what_it_is_a_part_of(string name, long rate) =>
        Assert.Equal(100 * rate, Of("""
            "input": 0.000002, "output": 0.000011
            """).CostOf(UsageOf(name, 100)));

    [Fact]
    public void A_part_of_the_cache_has_the_price_of_the_cache()
    {
        var price = Of("""
            "input": 0.000002, "cacheRead": 0.000003, "cacheWrite": 0.000005
            """);
        Assert.Equal((300, 500), (price.CostOf(UsageOf("audioCacheRead", 100)), price.CostOf(UsageOf("cacheWriteHour", 100))));
    }

    [Fact]
    public void What_has_no_price_has_no_known_cost()
    {
        var price = Of("""
            "input": 0.000002
            """);
        Assert.Equal(200, price.CostOf(new Usage(100, 0)));
        Assert.All(["output", "reasoning", "audioOutput", "imageOutput", "search"], name => Assert.Null(price.CostOf(UsageOf(name, 1))));
        Assert.Null(price.UpperBound(1, 1));
        Assert.Equal(2, price.UpperBound(1, 0));
        var noReasoning = Of("""
            "input": 0.000002, "reasoning": 0.000001
            """);
        Assert.Equal((100, null), (noReasoning.CostOf(new Usage(0, 100, Reasoning: 100)), noReasoning.CostOf(new Usage(0, 101, Reasoning: 100))));
        Assert.Null(noReasoning.UpperBound(0, 1));
    }

    [Fact]
    public void Nothing_used_costs_nothing()
    {
        Assert.Equal(0, Of(Full).CostOf(Usage.Absent));
        Assert.Equal(0, Of(Full).CostOf(new Usage(0, 0)));
        Assert.Equal(0, Of(Full).CostOf(Usage.Absent with { InputTotal = 7 }));
        Assert.Equal(22, Of(Full).CostOf(new Usage(0, 2, Origin: UsageOrigin.Estimated)));
        Assert.Equal(0, Of(Full).CostOf(new Usage(0, 0) { Searches = -3 }));
    }

    [Fact]
    public void A_long_prompt_has_its_own_prices_for_the_whole_request()
    {
        var price = Of("""
            "input": 0.000002, "cacheRead": 0.000001, "output": 0.000011, "longContext": { "above": 1000, "input": 0.000004, "output": 0.000017 }
            """);
        Assert.Equal(2000 + 11, price.CostOf(new Usage(1000, 1)));
        Assert.Equal(4004 + 17, price.CostOf(new Usage(1001, 1)));
        Assert.Equal((1 * 4) + 1000 + 17, price.CostOf(new Usage(1001, 1, CacheRead: 1000)));
    }

    [Fact]
    public void A_cost_that_does_not_fit_is_the_highest_number()
    {
        var price = Of("""
            "input": 1000000, "output": 1000000
            """);
        Assert.Equal(long.MaxValue, price.CostOf(new Usage(long.MaxValue, long.MaxValue)));
        Assert.Equal(long.MaxValue, price.CostOf(new Usage(9_223_373, 0)));
        Assert.Equal(9_223_372_000_000_000_000, price.CostOf(new Usage(9_223_372, 0)));
        Assert.Equal(long.MaxValue, price.UpperBound(long.MaxValue, long.MaxValue));
    }

    [Theory]
    [InlineData(PossibleClasses.Text, 5, 13)]
    [InlineData(PossibleClasses.HourCache, 7, 13)]
    [InlineData(PossibleClasses.Media, 29, 31)]
    [InlineData(PossibleClasses.All, 29, 31)]
    public void A_bound_takes_the_dearest_class_that_may_be_used(PossibleClasses classes, long input, long output)
    {
        Assert.Equal(100 * input, Of(Full).UpperBound(100, 0, classes));
        Assert.Equal(100 * output, Of(Full).UpperBound(0, 100, classes));
        Assert.Equal((10 * input) + (3 * output), Of(Full).UpperBound(10, 3, classes));
    }

    [Fact]
    public void A_bound_takes_any_class_that_is_the_dearest()
    {
        foreach (var name in new[] { "cacheRead", "cacheWrite", "cacheWriteHour", "audioInput", "audioCacheRead", "imageInput" })
            Assert.Equal(900, Of($"\"input\": 0.000002, \"output\": 0.000001, \"{name}\": 0.000009").UpperBound(100, 0));
        foreach (var name in new[] { "reasoning", "audioOutput", "imageOutput" })
            Assert.Equal(900, Of($"\"input\": 0.000002, \"output\": 0.000001, \"{name}\": 0.000009").UpperBound(0, 100));
        Assert.Equal(0, Of(Full).UpperBound(-1, -1));
    }

    [Fact]
    public void A_bound_of_a_prompt_that_may_be_long_covers_both_prices()
    {
        var dearer = Of("""
            "input": 0.000002, "output": 0.000003, "longContext": { "above": 1000, "input": 0.000004, "output": 0.000005 }
            """);
        Assert.Equal((2003, 4009), (dearer.UpperBound(1000, 1), dearer.UpperBound(1001, 1)));
        var cheaper = Of("""
            "input": 0.000002, "output": 0.000003, "longContext": { "above": 1000, "input": 0.000001 }
            """);
        Assert.Equal(2005, cheaper.UpperBound(1001, 1));
    }

    [Fact]
    public void Laws_of_costs()
    {
        var count = Gen.Choose(0, 5000).ArrayOf(12);
        Generated.Check(Gen.Zip(count, count), 1000, pair =>
        {
            var price = Of(Full);
            var (one, other) = (UsageOf(pair.Item1), UsageOf(pair.Item2));
            var cost = price.CostOf(one)!.Value;
            Assert.Equal(cost + price.CostOf(other), price.CostOf(one.Plus(other)));
            Assert.Equal(one.InputTotal + one.OutputTotal + one.Searches == 0, cost == 0);
            Assert.True(cost <= price.UpperBound(one.InputTotal, one.OutputTotal) + (37 * one.Searches));
            foreach (var name in Classes.Select(each => (string)each[0]))
                Assert.True(price.CostOf(one.Plus(UsageOf(name, 1))) > cost, name);
        });
    }

    private static Price Of(string members) => Priced.Model(members).At(ServiceTier.Standard, ServingRegion.Global)!;

    /// <summary>An answer with tokens of one class alone.</summary>
    private static Usage UsageOf(string name, int count) => name switch
    {
        "input" => new Usage(count, 0),
        "cacheRead" => new Usage(count, 0, CacheRead: count),
        "cacheWrite" => new Usage(count, 0, CacheWrite: count),
        "cacheWriteHour" => new Usage(count, 0, CacheWrite: count) { CacheWriteHour = count },
        "output" => new Usage(0, count),
        "reasoning" => new Usage(0, count, Reasoning: count),
        "audioInput" => new Usage(count, 0) { AudioInput = count },
        "audioCacheRead" => new Usage(count, 0, CacheRead: count) { AudioCacheRead = count },
        "audioOutput" => new Usage(0, count) { AudioOutput = count },
        "imageInput" => new Usage(count, 0) { ImageInput = count },
        "imageOutput" => new Usage(0, count) { ImageOutput = count },
        _ => new Usage(0, 0) { Searches = count },
    };

    private static Usage UsageOf(int[] counts)
    {
        var sum = Usage.Absent;
        foreach (var (index, name) in Classes.Select(each => (string)each[0]).Index())
            sum = sum.Plus(UsageOf(name, counts[index]));
        return sum;
    }
}
