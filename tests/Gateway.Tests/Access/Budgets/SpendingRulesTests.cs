using Dragoman.Access.Budgets;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Prices;
using Dragoman.Prices;

namespace Dragoman.Gateway.Tests.Access.Budgets;

public sealed class SpendingRulesTests
{
    private static readonly DateOnly Day = new(2026, 5, 31);

    private readonly SpendingRules rules = new(
        new PriceBook(
            new PriceSettings
            {
                List = Priced.List("""
                    { "provider": "openai", "model": "m*", "from": "2026-01-01", "input": 1 },
                    { "provider": "openai", "model": "m*", "from": "2026-06-01", "input": 2 }
                    """),
                ReplacesBuiltIn = true,
            },
            []),
        [Priced.Provider("openai")],
        allowsUnknownPrices: false);

    private static Target Known => new(Priced.Provider("openai").Name, "m");

    [Fact]
    public void Nothing_that_was_used_costs_nothing_even_at_a_provider_that_is_gone()
    {
        var gone = new Target("gone", "m");
        Assert.Equal(0, rules.CostOf(new(gone, Usage.Absent), "m", Day));
        Assert.Null(rules.CostOf(new(gone, new Usage(1, 0)), "m", Day));
        Assert.Equal(1_000_000, rules.CostOf(new(Known, new Usage(1, 0)), "m", Day));
    }

    [Fact]
    public void Prices_are_looked_up_once_a_day_and_a_new_one_counts_from_its_day_on()
    {
        var first = rules.PricesOf(Known, "m", Day);
        Assert.Same(first, rules.PricesOf(Known, "m", Day));
        Assert.Equal(1_000_000, Assert.Single(first).CostOf(new Usage(1, 0)));
        Assert.Equal(2_000_000, Assert.Single(rules.PricesOf(Known, "m", Day.AddDays(1))).CostOf(new Usage(1, 0)));
        // A request that began before midnight still has the price of its day.
        Assert.Equal(1_000_000, Assert.Single(rules.PricesOf(Known, "m", Day)).CostOf(new Usage(1, 0)));
    }

    /// <summary>Clients may ask for any number of names, and memory is finite.</summary>
    [Fact]
    public void The_prices_of_a_thousand_models_are_remembered()
    {
        var first = rules.PricesOf(Known, "m", Day);
        for (var index = 1; index < 1000; index++)
            rules.PricesOf(Known with { Model = $"m{index}" }, "m", Day);
        Assert.Same(first, rules.PricesOf(Known, "m", Day));
        rules.PricesOf(Known with { Model = "m1000" }, "m", Day);
        Assert.NotSame(first, rules.PricesOf(Known, "m", Day));
    }
}
