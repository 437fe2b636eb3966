using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Prices;

namespace Dragoman.Gateway.Tests.Prices;

public sealed class PriceBookTests
{
    [Theory]
    [InlineData("gpt-5.1", 1)]
    [InlineData("GPT-5.1", 1)]
    [InlineData("gpt-5.1-2026-08-01", 1)]
    [InlineData("gpt-5.1-20260801", 1)]
    [InlineData("gpt-5.1@20260801", 1)]
    [InlineData("gpt-5.1-latest", 1)]
    [InlineData("gpt-5.1-001", 1)]
    [InlineData("gpt-5.1-2026-09-01", 2)]
    [InlineData("gpt-5.1-mini", 3)]
    [InlineData("gpt-5.1-mini-2026-08-01", 3)]
    [InlineData("five-one", 1)]
    [InlineData("five-one-2026-08-01", 1)]
    [InlineData("gpt-5.1-nano", null)]
    [InlineData("gpt-5.1-pro", null)]
    [InlineData("gpt-5.1-codex", null)]
    [InlineData("gpt-5.1-preview", null)]
    [InlineData("gpt-5.1-2512", null)]
    [InlineData("gpt-5.1-26-08-01", null)]
    [InlineData("gpt-5.1-2026-13-01", null)]
    [InlineData("gpt-5.1-2026-00-01", null)]
    [InlineData("gpt-5.1-2026-08-32", null)]
    [InlineData("gpt-5.1-2026-08-00", null)]
    [InlineData("gpt-5.1-2026-0801", null)]
    [InlineData("gpt-5.1-1926-08-01", null)]
    [InlineData("gpt-5.1-2026x08-01", null)]
    [InlineData("gpt-5.1-2026-08x01", null)]
    [InlineData("gpt-5.1x2026-08-01", null)]
    [InlineData("gpt-5.1-2026080", null)]
    [InlineData("gpt-5.1-2026080a", null)]
    [InlineData("gpt-5.1@001", null)]
    [InlineData("gpt-5.1-12a", null)]
    [InlineData("gpt-5.10", null)]
    [InlineData("gpt-5", null)]
    [InlineData("-20260801", null)]
    [InlineData("-2026-08-01", null)]
    [InlineData("20260801", null)]
    [InlineData("x", null)]
    public void A_version_has_the_price_of_its_model_and_another_model_has_not(string model, int? expected)
    {
        var book = Book("""
            { "provider": "openai", "model": "gpt-5.1", "aliases": ["five-one"], "input": 1 },
            { "provider": "openai", "model": "gpt-5.1-2026-09-01", "input": 2 },
            { "provider": "openai", "model": "gpt-5.1-mini", "input": 3 }
            """);
        Assert.Equal(expected, DollarsOf(book, Priced.Provider("openai"), model));
    }

    [Theory]
    [InlineData("llama-4-scout-q4", 3)]
    [InlineData("llama-4-maverick", 2)]
    [InlineData("LLAMA-3", 1)]
    [InlineData("llama-4-scout", 4)]
    [InlineData("llama-4-scout-20260101", 4)]
    [InlineData("mistral", 9)]
    public void The_longest_pattern_counts_after_the_exact_name(string model, int expected)
    {
        var book = Book("""
            { "provider": "desk", "model": "*", "input": 9 },
            { "provider": "desk", "model": "llama-4*", "input": 2 },
            { "provider": "desk", "model": "llama-4-scout*", "input": 3 },
            { "provider": "desk", "model": "llama*", "input": 1 },
            { "provider": "desk", "model": "llama-4-scout", "input": 4 }
            """);
        Assert.Equal(expected, DollarsOf(book, Priced.Provider("openai", "http://127.0.0.1:8000/v1/", "desk"), model));
    }

    [Theory]
    [InlineData("2026-01-31", null)]
    [InlineData("2026-02-01", 1)]
    [InlineData("2026-05-31", 1)]
    [InlineData("2026-06-01", 2)]
    [InlineData("2026-12-31", 3)]
    public void A_price_counts_from_its_day_on(string day, int? expected)
    {
        var book = Book("""
            { "provider": "openai", "model": "m", "from": "2026-06-01", "input": 2 },
            { "provider": "openai", "model": "m", "from": "2026-02-01", "input": 1 },
            { "provider": "openai", "model": "m", "from": "2026-12-31", "input": 3 }
            """);
        Assert.Equal(expected, DollarsOf(book, Priced.Provider("openai"), "m", DateOnly.Parse(day, null)));
        var patterns = Book("""
            { "provider": "openai", "model": "m*", "from": "2026-02-01", "input": 1 },
            { "provider": "openai", "model": "m*", "from": "2026-06-01", "input": 2 },
            { "provider": "openai", "model": "m*", "from": "2026-12-31", "input": 3 }
            """);
        Assert.Equal(expected, DollarsOf(patterns, Priced.Provider("openai"), "model", DateOnly.Parse(day, null)));
    }

    [Fact]
    public void The_price_of_a_published_model_comes_first_and_the_operators_list_before_the_built_in_one()
    {
        var list = Priced.List("""
            { "provider": "openai", "model": "gpt-5", "input": 77 },
            { "provider": "mine", "model": "gpt-5", "input": 78 },
            { "provider": "openai", "model": "new", "input": 79 }
            """);
        var models = new[] { new ModelSettings("best", []) { Price = new ModelPrices(new PriceRates { Input = 80_000_000 }) }, new ModelSettings("other", []) };
        var book = new PriceBook(new PriceSettings { List = list }, models);
        var (openai, mine) = (Priced.Provider("openai"), Priced.Provider("openai", name: "mine"));
        Assert.Equal(77, DollarsOf(book, openai, "gpt-5"));
        Assert.Equal(78, DollarsOf(book, mine, "gpt-5"));
        Assert.Equal(79, DollarsOf(book, mine, "new"));
        Assert.Equal(80, DollarsOf(book, openai, "gpt-5", published: "Best"));
        Assert.Equal(77, DollarsOf(book, openai, "gpt-5", published: "other"));
        Assert.NotNull(DollarsOf(book, openai, "gpt-5-mini"));
        var own = new PriceBook(new PriceSettings { List = list, ReplacesBuiltIn = true }, []);
        Assert.Equal((77, null), (DollarsOf(own, openai, "gpt-5"), DollarsOf(own, openai, "gpt-5-mini")));
        Assert.Null(DollarsOf(new PriceBook(new PriceSettings { ReplacesBuiltIn = true }, []), openai, "gpt-5"));
    }

    [Theory]
    [InlineData("openai", null, "gpt-5", true)]
    [InlineData("openai", "https://api.openai.com/v1/", "gpt-5", true)]
    [InlineData("openai", "https://eu.api.openai.com/v1/", "gpt-5.4", true)]
    [InlineData("openai", "http://127.0.0.1:1234/v1/", "gpt-5", false)]
    [InlineData("openai", "https://openrouter.ai/api/v1/", "gpt-5", false)]
    [InlineData("openai", "https://api.notopenai.com/v1/", "gpt-5", false)]
    [InlineData("anthropic", null, "claude-opus-5", true)]
    [InlineData("anthropic", "https://api.anthropic.com/", "claude-opus-5", true)]
    [InlineData("anthropic", "https://api.deepseek.com/anthropic/", "claude-opus-5", false)]
    [InlineData("gemini", null, "gemini-2.5-pro", true)]
    [InlineData("gemini", null, "models/gemini-2.5-pro", true)]
    [InlineData("gemini", "https://generativelanguage.googleapis.com/v1beta/", "gemini-2.5-pro", true)]
    [InlineData("gemini", "https://aiplatform.googleapis.com/v1/", "gemini-2.5-pro", false)]
    [InlineData("mistral", null, "mistral-large-2512", true)]
    [InlineData("mistral", "https://api.mistral.ai/v1/", "mistral-large-2512", true)]
    [InlineData("mistral", "http://127.0.0.1:4755/v1/", "mistral-large-2512", false)]
    [InlineData("mistral", null, "models/mistral-large-2512", false)]
    [InlineData("azure-openai", "https://name.openai.azure.com/openai/v1/", "gpt-5", true)]
    [InlineData("azure-openai", "https://gateway.example.com/openai/v1/", "gpt-5", true)]
    [InlineData("azure-openai", "https://name.openai.azure.com/openai/v1/", "claude-opus-5", false)]
    public void Only_a_provider_itself_has_its_list_prices(string dialect, string? url, string model, bool isKnown) =>
        Assert.Equal(isKnown, new PriceBook(PriceSettings.Default, []).Find(Priced.Provider(dialect, url), model, "x", Priced.Today) is not null);

    [Fact]
    public void A_provider_may_be_billed_as_another_one_and_elsewhere()
    {
        var settings = new PriceSettings
        {
            List = Priced.List("""
                { "provider": "openai", "model": "m", "input": 10, "regions": { "us": 1.1, "eu": 1.2, "data-zone": 1.3 }, "tiers": { "flex": 0.5 } }
                """),
            Providers = new Dictionary<string, ProviderBilling>
            {
                ["proxy"] = new("openai", ServingRegion.DataZone),
                ["here"] = new(null, ServingRegion.Eu),
            },
        };
        var book = new PriceBook(settings, []);
        Assert.Equal(13, DollarsOf(book, Priced.Provider("openai", "http://proxy/v1/", "proxy"), "m"));
        Assert.Equal(12, DollarsOf(book, Priced.Provider("openai", name: "here"), "m"));
        Assert.Equal(10, DollarsOf(book, Priced.Provider("openai"), "m"));
        Assert.Equal(11, DollarsOf(book, Priced.Provider("openai", "https://us.api.openai.com/v1/"), "m"));
        Assert.Equal(12, DollarsOf(book, Priced.Provider("openai", "https://eu.api.openai.com/v1/"), "m"));
        Assert.Equal(12, DollarsOf(book, Priced.Provider("openai", "https://us.api.openai.com/v1/", "here"), "m"));
        Assert.Equal(11, DollarsOf(book, Priced.Provider("openai", name: "here"), "m", region: ServingRegion.Us));
        Assert.Equal(6, DollarsOf(book, Priced.Provider("openai", name: "here"), "m", tier: ServiceTier.Flex));
        Assert.Null(DollarsOf(book, Priced.Provider("openai"), "m", tier: ServiceTier.Batch));
    }

    [Fact]
    public void An_azure_deployment_has_the_price_of_its_model()
    {
        var azure = Priced.Provider("azure-openai", "https://name.openai.azure.com/openai/v1/") with
        {
            Options = ProviderOptions.None with { BaseModels = new Dictionary<string, string> { ["mine"] = "gpt-5" } },
        };
        var book = new PriceBook(PriceSettings.Default, []);
        Assert.NotNull(book.Find(azure, "mine", "x", Priced.Today));
        Assert.Same(book.Find(azure, "gpt-5", "x", Priced.Today), book.Find(azure, "mine", "x", Priced.Today));
        Assert.Null(book.Find(azure, "yours", "x", Priced.Today));
    }

    [Fact]
    public void The_cost_of_an_answer_depends_on_its_tier_and_region()
    {
        var book = Book("""
            { "provider": "openai", "model": "m", "input": 1, "tiers": { "flex": 0.5 }, "regions": { "us": 2 } }
            """);
        var provider = Priced.Provider("openai");
        Assert.Equal(3_000_000, book.CostOf(provider, "m", "x", new Usage(3, 0), Priced.Today));
        Assert.Equal(1_500_000, book.CostOf(provider, "m", "x", new Usage(3, 0) { Tier = ServiceTier.Flex }, Priced.Today));
        Assert.Equal(6_000_000, book.CostOf(provider, "m", "x", new Usage(3, 0) { Region = ServingRegion.Us }, Priced.Today));
        Assert.Null(book.CostOf(provider, "m", "x", new Usage(3, 0) { Tier = ServiceTier.Unlisted }, Priced.Today));
        Assert.Null(book.CostOf(provider, "m", "x", new Usage(3, 1), Priced.Today));
        Assert.Null(book.CostOf(provider, "unknown", "x", new Usage(3, 0), Priced.Today));
        Assert.Equal(0, book.CostOf(provider, "unknown", "x", Usage.Absent, Priced.Today));
    }

    [Fact]
    public void Where_the_prices_are_written_is_known()
    {
        var own = Priced.List("""{ "provider": "openai", "model": "gpt-5", "input": 9 }, { "provider": "p", "model": "by-name", "input": 8 }""");
        var model = new ModelSettings("mine", []) { Price = new ModelPrices(new PriceRates()) };
        var book = new PriceBook(new PriceSettings { List = own }, [model]);
        var provider = Priced.Provider("openai");
        Assert.Equal(new KnownPrices(model.Price, PricePlace.Model), book.Explain(provider, "gpt-5", "mine", Priced.Today));
        Assert.Equal(new KnownPrices(own.Entries[0].Prices, PricePlace.Own), book.Explain(provider, "gpt-5", "x", Priced.Today));
        Assert.Equal(new KnownPrices(own.Entries[1].Prices, PricePlace.Own), book.Explain(provider, "by-name", "x", Priced.Today));
        Assert.Equal(PricePlace.BuiltIn, book.Explain(provider, "gpt-5-mini", "x", Priced.Today)?.Place);
        Assert.Null(book.Explain(provider, "nobody", "x", Priced.Today));
        Assert.Null(book.Explain(Priced.Provider("openai", "http://desk/v1/"), "gpt-5", "x", Priced.Today));
        Assert.Null(new PriceBook(new PriceSettings { List = own, ReplacesBuiltIn = true }, []).Explain(provider, "gpt-5-mini", "x", Priced.Today));
    }

    private static PriceBook Book(string entries) => new(new PriceSettings { List = Priced.List(entries), ReplacesBuiltIn = true }, []);

    /// <summary>What a million prompt tokens cost.</summary>
    private static long? DollarsOf(
        PriceBook book, ProviderSettings provider, string model, DateOnly? day = null, string published = "x", ServiceTier tier = ServiceTier.Standard, ServingRegion region = ServingRegion.Global) =>
        book.Find(provider, model, published, tier, region, day ?? Priced.Today)?.CostOf(new Usage(1_000_000, 0)) / Picodollars.InDollar;
}
