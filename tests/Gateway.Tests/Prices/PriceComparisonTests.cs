using Dragoman.Configuration;
using Dragoman.Prices;

namespace Dragoman.Gateway.Tests.Prices;

public sealed class PriceComparisonTests
{
    [Fact]
    public void What_both_lists_say_is_compared()
    {
        var comparison = Compare(
            """
            { "provider": "openai", "model": "m", "input": 1, "cacheRead": 0.5, "output": 2, "search": 0.01, "longContext": { "above": 1000, "input": 3 },
              "tiers": { "flex": 0.5, "priority": { "input": 9 } }, "regions": { "us": 1.1 } },
            { "provider": "openai", "model": "same", "input": 1, "tiers": { "flex": 0.5 } }
            """,
            """
            { "provider": "openai", "model": "m", "input": 1.25, "output": 2, "search": 0.02, "longContext": { "above": 2000, "input": 2.5, "output": 7 },
              "tiers": { "flex": { "input": 0.5, "output": 1.5 }, "priority": { "input": 9, "output": 2 }, "batch": 0.5 }, "regions": { "us": 1.2, "eu": 1.1 } },
            { "provider": "openai", "model": "same", "input": 1, "tiers": { "flex": { "input": 0.5 } } },
            { "provider": "openai", "model": "new", "input": 1 }
            """);
        Assert.Equal((2, "new"), (comparison.Compared, Assert.Single(comparison.Unknown).Model));
        Assert.Equal(
            [
                ("input", 1m, 1.25m), ("search", 0.01m, 0.02m), ("long above", 1000m, 2000m), ("long input", 3m, 2.5m), ("long output", null, 7m),
                ("flex output", 1m, 1.5m), ("batch input", null, 0.625m), ("batch output", null, 1m), ("region us", 1.1m, 1.2m), ("region eu", null, 1.1m),
            ],
            comparison.Differences.Select(each => (each.Name, each.Ours, each.Theirs)).OrderBy(each => Array.IndexOf(["input", "search", "long above", "long input", "long output", "flex output", "batch input", "batch output", "region us", "region eu"], each.Name)));
        Assert.All(comparison.Differences, each => Assert.Equal(("openai", "m"), (each.Provider, each.Model)));
    }

    [Fact]
    public void Prices_of_other_days_and_patterns_are_not_compared()
    {
        var comparison = Compare(
            """{ "provider": "openai", "model": "m", "input": 1 }""",
            """
            { "provider": "openai", "model": "m", "input": 5 }, { "provider": "openai", "model": "m", "from": "2026-02-01", "input": 1 },
            { "provider": "openai", "model": "m", "from": "2027-01-01", "input": 7 }, { "provider": "openai", "model": "m*", "input": 8 }
            """);
        Assert.Equal((1, 0, 0), (comparison.Compared, comparison.Differences.Count, comparison.Unknown.Count));
    }

    [Fact]
    public void The_prices_in_use_are_the_operators_and_the_built_in_ones()
    {
        var theirs = Priced.List("""{ "provider": "openai", "model": "gpt-5", "input": 1 }, { "provider": "openai", "model": "gpt-5-mini-2025-08-07", "input": 1 }""");
        var own = Priced.List("""{ "provider": "openai", "model": "gpt-5", "input": 9 }""");
        Assert.Equal([1.25m, 0.25m], new PriceComparison(PriceSettings.Default, theirs, Priced.Today).Differences.Select(each => each.Ours!.Value));
        Assert.Equal([9m, 0.25m], new PriceComparison(new PriceSettings { List = own }, theirs, Priced.Today).Differences.Select(each => each.Ours!.Value));
        var replaced = new PriceComparison(new PriceSettings { List = own, ReplacesBuiltIn = true }, theirs, Priced.Today);
        Assert.Equal((1, 1), (replaced.Compared, replaced.Unknown.Count));
    }

    [Fact]
    public void The_table_has_each_model_once_with_its_price_of_the_day()
    {
        var list = Priced.List("""
            { "provider": "b", "model": "y", "input": 1 }, { "provider": "b", "model": "x", "input": 2 }, { "provider": "a", "model": "z", "input": 3 },
            { "provider": "b", "model": "y", "from": "2026-02-01", "input": 4 }, { "provider": "b", "model": "y", "from": "2027-01-01", "input": 5 }, { "provider": "openai", "model": "GPT-5", "input": 6 }
            """);
        var table = new PriceTable(new PriceSettings { List = list, ReplacesBuiltIn = true }, Priced.Today);
        Assert.Equal([("a", "z", 3), ("b", "x", 2), ("b", "y", 4), ("openai", "GPT-5", 6)], Told(table.All(null)));
        Assert.Equal([("b", "x", 2), ("b", "y", 4)], Told(table.All("B")));
        Assert.Equal([("b", "y", 4)], Told(table.Of("y-latest", null)));
        Assert.Empty(table.Of("y", "a"));
        var both = new PriceTable(new PriceSettings { List = list }, Priced.Today);
        Assert.Equal([("azure-openai", "gpt-5", 1), ("openai", "GPT-5", 6)], Told(both.Of("gpt-5", null)));
        Assert.Equal(1, both.All("openai").Count(entry => entry.Model.Equals("gpt-5", StringComparison.OrdinalIgnoreCase)));
        Assert.Contains(both.All(null), entry => entry.Model == "gpt-5-mini");
    }

    private static IEnumerable<(string, string, long)> Told(IEnumerable<PriceEntry> entries) => entries.Select(entry => (entry.Provider, entry.Model, entry.Prices.Rates.Input!.Value / 1_000_000));

    private static PriceComparison Compare(string ours, string theirs) =>
        new(new PriceSettings { List = Priced.List(ours), ReplacesBuiltIn = true }, Priced.List(theirs), Priced.Today);
}
