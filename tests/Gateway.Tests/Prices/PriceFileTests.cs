using System.Text;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Prices;

namespace Dragoman.Gateway.Tests.Prices;

public sealed class PriceFileTests
{
    [Fact]
    public void LiteLLMs_classes_are_read()
    {
        var entry = One("""
            "openai/m": { "litellm_provider": "openai", "mode": "chat", "source": "https://example.com/prices",
              "input_cost_per_token": 1e-06, "cache_read_input_token_cost": 2.0000000000000001e-06, "cache_creation_input_token_cost": 3e-06, "cache_creation_input_token_cost_above_1hr": 4e-06,
              "output_cost_per_token": 5e-06, "output_cost_per_reasoning_token": 6e-06, "input_cost_per_audio_token": 7e-06, "cache_read_input_audio_token_cost": 8e-06,
              "output_cost_per_audio_token": 9e-06, "input_cost_per_image_token": 1.1e-05, "output_cost_per_image_token": 1.2e-05,
              "search_context_cost_per_query": { "search_context_size_low": 0.01, "search_context_size_medium": 0.013, "search_context_size_high": 0.02 } }
            """);
        Assert.Equal(("openai", "m", "https://example.com/prices"), (entry.Provider, entry.Model, entry.Source));
        var expected = new PriceRates
        {
            Input = 1_000_000,
            CacheRead = 2_000_000,
            CacheWrite = 3_000_000,
            CacheWriteHour = 4_000_000,
            Output = 5_000_000,
            Reasoning = 6_000_000,
            AudioInput = 7_000_000,
            AudioCacheRead = 8_000_000,
            AudioOutput = 9_000_000,
            ImageInput = 11_000_000,
            ImageOutput = 12_000_000,
            Search = 13_000_000_000,
        };
        Assert.Equal(expected, entry.Prices.Rates);
        Assert.Null(entry.Prices.LongAbove);
        Assert.Null(entry.Prices.Long);
        Assert.Empty(entry.Prices.Tiers);
        Assert.Empty(entry.Prices.Regions);
    }

    [Fact]
    public void LiteLLMs_tiers_lengths_and_regions_are_read()
    {
        var prices = One("""
            "m": { "litellm_provider": "openai", "input_cost_per_token": 1e-06, "cache_read_input_token_cost": 2e-07, "output_cost_per_token": 4e-06,
              "input_cost_per_token_above_272k_tokens": 2e-06, "output_cost_per_token_above_272k_tokens": 6e-06, "input_cost_per_token_above_272k_tokens_priority": 5e-06,
              "input_cost_per_token_flex": 5e-07, "cache_read_input_token_cost_flex": 1e-07, "output_cost_per_token_flex": 2e-06,
              "input_cost_per_token_batches": 5e-07, "output_cost_per_token_batches": 3e-06, "input_cost_per_token_priority": 2e-06, "output_cost_per_token_priority": 8e-06,
              "provider_specific_entry": { "fast": 6.0, "us": 1.2, "eu": 1.3 }, "regional_processing_uplift_multiplier_eu": 1.1 }
            """).Prices;
        Assert.Equal((272_000, new PriceRates { Input = 2_000_000, Output = 6_000_000 }), (prices.LongAbove, prices.Long));
        Assert.Equal(new TierPrice(new PriceFactor(5_000)), prices.Tiers[ServiceTier.Flex]);
        Assert.Equal(new TierPrice(new PriceFactor(10_000), new PriceRates { Input = 500_000, Output = 3_000_000 }), prices.Tiers[ServiceTier.Batch]);
        Assert.Equal(new TierPrice(new PriceFactor(10_000), new PriceRates { Input = 2_000_000, Output = 8_000_000 }, new PriceRates { Input = 5_000_000 }), prices.Tiers[ServiceTier.Priority]);
        Assert.Equal(new TierPrice(new PriceFactor(60_000)), prices.Tiers[ServiceTier.Fast]);
        Assert.Equal(4, prices.Tiers.Count);
        Assert.Equal((new PriceFactor(12_000), new PriceFactor(11_000), 2), (prices.Regions[ServingRegion.Us], prices.Regions[ServingRegion.Eu], prices.Regions.Count));
    }

    [Theory]
    [InlineData("1e-06", "3.3333e-07")]
    [InlineData("0", "1e-06")]
    [InlineData("1e-09", "1e-06")]
    public void A_tier_without_a_factor_has_prices(string usual, string flex)
    {
        var tier = One($$"""
            "m": { "litellm_provider": "openai", "input_cost_per_token": {{usual}}, "input_cost_per_token_flex": {{flex}} }
            """).Prices.Tiers[ServiceTier.Flex];
        Assert.Equal((10_000, (long)(decimal.Parse(flex, System.Globalization.NumberStyles.Float, null) * Picodollars.InDollar)), (tier.Factor.TenThousandths, tier.Rates!.Input));
        var other = One("""
            "m": { "litellm_provider": "openai", "input_cost_per_token": 1e-06, "input_cost_per_token_flex": 5e-07, "cache_read_input_token_cost_flex": 1e-07 }
            """).Prices.Tiers[ServiceTier.Flex];
        Assert.Equal(new PriceRates { Input = 500_000, CacheRead = 100_000 }, other.Rates);
    }

    [Theory]
    [InlineData("azure/gpt-5", "azure", "azure-openai", "gpt-5")]
    [InlineData("gpt-3.5-turbo-instruct", "text-completion-openai", "openai", "gpt-3.5-turbo-instruct")]
    [InlineData("gemini/gemini-3", "gemini", "gemini", "gemini-3")]
    [InlineData("mistral/large", "mistral", "mistral", "large")]
    [InlineData("claude-x", "anthropic", "anthropic", "claude-x")]
    [InlineData("openrouter/openai/gpt-5", "openrouter", "openrouter", "openai/gpt-5")]
    [InlineData("bedrock/claude", "bedrock_converse", "bedrock_converse", "bedrock/claude")]
    public void LiteLLMs_providers_have_our_names(string name, string theirs, string provider, string model)
    {
        var entry = One($$"""
            "{{name}}": { "litellm_provider": "{{theirs}}", "input_cost_per_token": 1e-06 }
            """);
        Assert.Equal((provider, model), (entry.Provider, entry.Model));
    }

    [Theory]
    [InlineData("azure/eu/gpt-5", "azure", "", "azure/eu/gpt-5 is a model in one region")]
    [InlineData("m", "a b", "", "m names no provider")]
    [InlineData("m?", "openai", "", "m? is no name of a model")]
    [InlineData("m", "openai", """, "input_cost_per_token_above_128k_tokens": 1, "output_cost_per_token_above_200k_tokens": 1""", "m has prices for 2 lengths of a prompt; one is supported")]
    [InlineData("m", "openai", """, "input_cost_per_token": "free" """, "m has no price of prompt tokens")]
    [InlineData("m", "openai", """, "input_cost_per_token": -1""", "m has no price of prompt tokens")]
    [InlineData("m", "openai", """, "input_cost_per_token": 1.5""", "m has no price of prompt tokens")]
    public void What_is_left_out_is_told(string name, string provider, string more, string expected)
    {
        var input = more.Contains("\"input_cost_per_token\"", StringComparison.Ordinal) ? "" : ", \"input_cost_per_token\": 1e-06";
        var file = Read($$"""{ "{{name}}": { "litellm_provider": "{{provider}}"{{input}}{{more}} } }""");
        Assert.Empty(file.List.Entries);
        Assert.Equal(expected, Assert.Single(file.Skipped));
    }

    [Fact]
    public void What_has_no_tokens_is_left_out_without_a_word()
    {
        var file = Read("""
            { "sample_spec": { "litellm_provider": "x", "mode": "chat" }, "note": "text", "dall-e": { "litellm_provider": "openai", "mode": "image_generation", "input_cost_per_pixel": 1 }, "odd": { "litellm_provider": "openai", "mode": 1 },
              "e": { "litellm_provider": "openai", "mode": "embedding", "input_cost_per_token": 1e-08, "output_cost_per_token": 0.0 },
              "openai/e": { "litellm_provider": "openai", "mode": "embedding", "input_cost_per_token": 2e-08 },
              "c": { "litellm_provider": "openai", "mode": "completion", "input_cost_per_token": 1e-08, "source": "a\nb", "input_cost_per_token_above_0k_tokens": 1, "input_cost_per_token_above_xk_tokens": 1, "input_cost_per_token_above_128": 1 },
              "r": { "litellm_provider": "openai", "mode": "responses", "input_cost_per_token": 1e-08, "search_context_cost_per_query": 1, "provider_specific_entry": { "us": 0, "fast": 101 } } }
            """);
        Assert.Equal(["e", "c", "r"], file.List.Entries.Select(entry => entry.Model));
        Assert.Equal(new PriceRates { Input = 10_000, Output = 0 }, file.List.Entries[0].Prices.Rates);
        Assert.Null(file.List.Entries[1].Source);
        Assert.Null(file.List.Entries[1].Prices.LongAbove);
        Assert.Equal((null, 0, 0), (file.List.Entries[2].Prices.Rates.Search, file.List.Entries[2].Prices.Regions.Count, file.List.Entries[2].Prices.Tiers.Count));
        Assert.Empty(file.Skipped);
        Assert.Equal(Priced.Today, file.List.Date);
    }

    [Fact]
    public void Our_own_format_is_read_too()
    {
        var file = Read("""{ "date": "2026-01-02", "models": [{ "provider": "p", "model": "m", "input": 1 }], /* a comment */ }""");
        Assert.Equal((new DateOnly(2026, 1, 2), 1, 0), (file.List.Date, file.List.Entries.Count, file.Skipped.Count));
        Assert.StartsWith("f.json: is not valid JSON at line 1", MistakesOf("{")[0], StringComparison.Ordinal);
        Assert.StartsWith("f.json: must be a JSON object", MistakesOf("[]")[0], StringComparison.Ordinal);
        Assert.Contains("f.json: /date is required: when the list was compiled, such as \"2026-11-30\"", MistakesOf("{}"));
        Assert.Equal(["/no/such/file: does not exist"], Assert.Throws<ConfigurationException>(() => PriceFile.Read("/no/such/file", Priced.Today)).Mistakes);
    }

    [Fact]
    public void A_written_list_is_read_as_it_was()
    {
        var list = BuiltInPrices.List;
        var again = ConfigurationReader.ReadPriceList(PriceListWriter.Write(list).ToArray(), "again.json");
        Assert.Equal(list.Date, again.Date);
        Assert.Equal(Encoding.UTF8.GetString(PriceListWriter.Write(list).Span), Encoding.UTF8.GetString(PriceListWriter.Write(again).Span));
        Assert.All(list.Entries.Zip(again.Entries), pair => Assert.Equal(Told(pair.First), Told(pair.Second)));
    }

    [Fact]
    public void A_list_is_written_with_every_member()
    {
        const string entry = """
            { "provider": "p", "model": "é*", "aliases": ["n"], "from": "2026-01-02", "input": 1.25, "cacheRead": 0.000001, "output": 10, "search": 0.01, "longContext": { "above": 200000, "input": 2 },
              "tiers": { "batch": { "factor": 1.5, "output": 7, "longContext": { "input": 9 } }, "flex": 0.5, "fast": { "input": 3 } }, "regions": { "data-zone": 1.1, "us": 2 }, "source": "s", "seen": "2026-03-04" }
            """;
        const string expected = """
            {"date":"2026-11-30","currency":"USD","models":[{"provider":"p","model":"é*","aliases":["n"],"from":"2026-01-02","input":1.25,"cacheRead":0.000001,"output":10,"search":0.01,"longContext":{"above":200000,"input":2},"tiers":{"flex":0.5,"batch":{"factor":1.5,"output":7,"longContext":{"input":9}},"fast":{"input":3}},"regions":{"us":2,"data-zone":1.1},"source":"s","seen":"2026-03-04"}]}
            """;
        var written = Encoding.UTF8.GetString(PriceListWriter.Write(Priced.List(entry)).Span);
        Assert.EndsWith("}\n", written, StringComparison.Ordinal);
        Assert.Equal(expected, string.Concat(written.Split('\n').Select(line => line.TrimStart())).Replace(": ", ":", StringComparison.Ordinal));
    }

    [Fact]
    public void An_added_entry_replaces_the_one_of_the_same_model_and_day()
    {
        var merged = MergedPrices.Of(
            Priced.List("""{ "provider": "b", "model": "m", "input": 1 }, { "provider": "b", "model": "m", "from": "2026-02-01", "input": 2 }, { "provider": "a", "model": "z", "input": 3 }"""),
            Priced.List("""{ "provider": "B", "model": "M", "input": 4 }, { "provider": "b", "model": "a", "input": 5 }"""),
            new DateOnly(2027, 1, 1));
        Assert.Equal(new DateOnly(2027, 1, 1), merged.Date);
        Assert.Equal([("a", "z", 3), ("b", "a", 5), ("B", "M", 4), ("b", "m", 2)], merged.Entries.Select(entry => (entry.Provider, entry.Model, entry.Prices.Rates.Input / 1_000_000)));
    }

    private static PriceFile Read(string json) => PriceFile.Read(Encoding.UTF8.GetBytes(json), "f.json", Priced.Today);

    private static PriceEntry One(string member) => Assert.Single(Read($"{{{member}}}").List.Entries);

    private static IReadOnlyList<string> MistakesOf(string json) => Assert.Throws<ConfigurationException>(() => Read(json)).Mistakes;

    private static string Told(PriceEntry entry) =>
        $"{entry.Provider} {entry.Model} {string.Join(',', entry.Aliases)} {entry.From} {entry.Source} {entry.Seen} {entry.Prices.Rates} {entry.Prices.LongAbove} {entry.Prices.Long} "
        + string.Join(';', entry.Prices.Tiers.OrderBy(each => each.Key)) + string.Join(';', entry.Prices.Regions.OrderBy(each => each.Key));
}
