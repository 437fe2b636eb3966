using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Prices;

namespace Dragoman.Gateway.Tests.Prices;

public sealed class BuiltInPricesTests
{
    [Fact]
    public void Every_entry_says_where_and_when_its_prices_were_seen() => Assert.All(BuiltInPrices.List.Entries, entry =>
    {
        Assert.Contains(entry.Provider, ProviderSettings.Dialects);
        Assert.StartsWith("https://", entry.Source, StringComparison.Ordinal);
        Assert.InRange(entry.Seen!.Value, new DateOnly(2025, 7, 1), BuiltInPrices.List.Date);
        Assert.DoesNotContain('*', entry.Model);
    });

    [Fact]
    public void No_price_is_zero_and_parts_are_in_proportion() => Assert.All(BuiltInPrices.List.Entries, entry =>
    {
        var rates = entry.Prices.Rates;
        Assert.All(PriceRates.Members, name => Assert.NotEqual(0, rates[name]));
        Assert.True(rates.Output is null || rates.Output >= rates.Input, entry.Model);
        Assert.True(rates.CacheRead is null || rates.CacheRead < rates.Input, entry.Model);
        Assert.True(rates.CacheWrite is null || rates.CacheWrite > rates.Input, entry.Model);
        Assert.True(rates.CacheWriteHour is null || rates.CacheWriteHour > rates.CacheWrite, entry.Model);
        Assert.True(entry.Prices.Long is not { } longer || (longer.Input > rates.Input && longer.Output > rates.Output), entry.Model);
    });

    [Fact]
    public void Entries_are_sorted_so_that_a_change_is_easy_to_read()
    {
        var keys = BuiltInPrices.List.Entries.Select(entry => $"{entry.Provider} {entry.Model} {entry.From:yyyy-MM-dd}").ToList();
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
    }

    [Theory]
    [InlineData("anthropic", "claude-sonnet-4-5-20250929", 3_000_000)]
    [InlineData("anthropic", "claude-haiku-4-5-20251001", 1_000_000)]
    [InlineData("openai", "gpt-5-mini-2025-08-07", 250_000)]
    [InlineData("openai", "gpt-4o-2024-08-06", 2_500_000)]
    [InlineData("openai", "gpt-4o-2024-05-13", 5_000_000)]
    [InlineData("openai", "text-embedding-3-small", 20_000)]
    [InlineData("gemini", "gemini-2.0-flash-001", 100_000)]
    [InlineData("mistral", "mistral-large-2512", 500_000)]
    public void A_model_has_its_price(string dialect, string model, long input) =>
        Assert.Equal(input, new PriceBook(PriceSettings.Default, []).CostOf(Priced.Provider(dialect), model, "x", new Usage(1, 0), Priced.Today));

    [Fact]
    public void An_announced_change_counts_from_its_day_on()
    {
        var book = new PriceBook(PriceSettings.Default, []);
        long? On(int year, int month, int day) => book.CostOf(Priced.Provider("gemini"), "gemini-4-argon", "x", new Usage(1, 0), new DateOnly(year, month, day));
        Assert.Equal((2_000_000, 4_000_000), (On(2026, 11, 30), On(2026, 12, 1)));
    }
}
