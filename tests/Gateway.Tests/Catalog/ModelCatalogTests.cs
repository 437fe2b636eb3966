using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Catalog;

public class ModelCatalogTests
{
    private readonly ManualTimeProvider clock = new();
    private Func<string, IReadOnlyList<ListedModel>> listed = _ => [];
    private int asked;

    private ModelCatalog Catalog(string json) => new(
        ConfigurationReader.Read(json, "test", new Dictionary<string, string>()),
        (provider, _) =>
        {
            asked++;
            return Task.FromResult(listed(provider));
        },
        clock);

    private const string TwoProviders = """
        { "providers": { "one": { "dialect": "mistral", "publish": "all" }, "two": { "dialect": "openai", "baseUrl": "http://two.test", "publish": "all" } },
          "models": { "Best": { "provider": "two", "model": "big", "aliases": ["good:8b"] } } }
        """;

    [Theory]
    [InlineData("best")]
    [InlineData("BEST:latest")]
    [InlineData("library/best")]
    [InlineData("good:8b")]
    public async Task A_configured_name_is_found_however_it_is_written(string name) =>
        Assert.Equal(new Target("two", "big"), (await Catalog(TwoProviders).FindAsync(name))!.Targets[0]);

    [Fact]
    public async Task The_operators_entry_wins_then_the_provider_that_was_configured_first()
    {
        listed = provider => [new ListedModel("best"), new ListedModel("shared"), new ListedModel("only-" + provider)];
        var catalog = Catalog(TwoProviders);
        Assert.Equal(["Best", "shared", "only-one", "only-two"], (await catalog.ListAsync()).Select(model => model.Name));
        Assert.Equal(new Target("one", "shared"), (await catalog.FindAsync("shared:latest"))!.Targets[0]);
        Assert.Equal(new Target("two", "only-two"), (await catalog.FindAsync("only-two"))!.Targets[0]);
    }

    [Theory]
    [InlineData("one/anything", "one", "anything")]
    [InlineData("ONE/anything:latest", "one", "anything")]
    [InlineData("two/publisher/model@q4", "two", "publisher/model@q4")]
    public async Task Any_model_of_a_provider_is_reachable_behind_its_name(string name, string provider, string model) =>
        Assert.Equal(new Target(provider, model), (await Catalog(TwoProviders).FindAsync(name))!.Targets[0]);

    [Theory]
    [InlineData("")]
    [InlineData("nope")]
    [InlineData("three/x")]
    [InlineData("one/")]
    [InlineData("/one")]
    public async Task What_nobody_publishes_is_not_found(string name) => Assert.Null(await Catalog(TwoProviders).FindAsync(name));

    [Theory]
    [InlineData("one/x", "x")]
    [InlineData("ONE/x:latest", "x")]
    [InlineData("one/x:local", "x")]
    [InlineData("one/x:7b:local", "x:7b")]
    [InlineData("one/org/x@2025+a", "org/x@2025+a")]
    [InlineData("one/", null)]
    [InlineData("one/:local", null)]
    [InlineData("one/../x", null)]
    [InlineData("one/a%2Fb", null)]
    [InlineData("one/x?y", null)]
    [InlineData("one/x\ny", null)]
    [InlineData("three/x", null)]
    [InlineData("one//x", null)]
    [InlineData("one///host/x", null)]
    [InlineData("one/x/", null)]
    [InlineData("one/x/:latest", null)]
    [InlineData("one/..:latest", null)]
    [InlineData("one/x\\y", null)]
    [InlineData("one/http://host", null)]
    [InlineData("one/x\uff0fy", null)]
    public async Task Any_plausible_model_of_a_provider_is_reachable(string name, string? upstream)
    {
        listed = _ => [];
        Assert.Equal(upstream, (await Catalog(TwoProviders).FindAsync(name))?.Targets[0].Model);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a%00b")]
    [InlineData("a\0b")]
    public async Task No_provider_is_asked_for_a_name_that_cannot_be(string name)
    {
        Assert.Null(await Catalog(TwoProviders).FindAsync(name));
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task A_list_is_asked_for_again_only_when_it_has_grown_old()
    {
        listed = _ => [new ListedModel("a")];
        var catalog = Catalog("""{ "providers": { "one": { "dialect": "mistral", "publish": "all" } } }""");
        await catalog.ListAsync();
        await catalog.ListAsync();
        Assert.Equal(1, asked);
        clock.Advance(TimeSpan.FromMinutes(6));
        listed = _ => [new ListedModel("b")];
        await catalog.ListAsync();
        Assert.Equal(2, asked);
        Assert.Equal(["b"], (await catalog.ListAsync()).Select(model => model.Name));
    }

    [Fact]
    public async Task A_provider_that_is_down_does_not_empty_the_list()
    {
        listed = _ => [new ListedModel("a")];
        var catalog = Catalog("""{ "providers": { "one": { "dialect": "mistral", "publish": "all" } } }""");
        await catalog.ListAsync();
        listed = _ => throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, Wording.Verbatim("down")));
        clock.Advance(TimeSpan.FromMinutes(6));
        await catalog.ListAsync();
        Assert.Equal(["a"], (await catalog.ListAsync()).Select(model => model.Name));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task An_unknown_name_is_not_called_unknown_while_a_provider_has_not_been_heard()
    {
        listed = _ => throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, Wording.Verbatim("down")));
        var error = await Assert.ThrowsAsync<GatewayException>(async () => await Catalog(TwoProviders).FindAsync("nope"));
        Assert.Equal("The provider one cannot be reached for its list of models, so 'nope' may or may not exist.", error.Error.Message);
    }

    [Fact]
    public async Task A_provider_that_was_down_at_first_is_asked_again_soon()
    {
        listed = _ => throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, Wording.Verbatim("down")));
        var catalog = Catalog("""{ "providers": { "one": { "dialect": "mistral", "publish": "all" } } }""");
        Assert.Empty(await catalog.ListAsync());
        listed = _ => [new ListedModel("a")];
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(["a"], (await catalog.ListAsync()).Select(model => model.Name));
    }

    private const string Deaf = """
        { "providers": { "deaf": { "dialect": "mistral", "publish": "all" }, "good": { "dialect": "openai", "baseUrl": "http://good.test", "publish": "all" } },
          "models": { "mine": { "provider": "good", "model": "big" } } }
        """;

    /// <summary>The first of two providers accepts the request and never answers, as a server behind a firewall does.</summary>
    private ModelCatalog WithADeafProvider(Func<string, Task<IReadOnlyList<ListedModel>>>? answer = null) => new(
        ConfigurationReader.Read(Deaf, "test", new Dictionary<string, string>()),
        (provider, _) =>
        {
            asked++;
            return provider == "deaf" && answer is null
                ? new TaskCompletionSource<IReadOnlyList<ListedModel>>().Task
                : answer?.Invoke(provider) ?? Task.FromResult<IReadOnlyList<ListedModel>>([new ListedModel("listed"), new ListedModel("good/odd")]);
        },
        clock);

    [Theory]
    [InlineData("mine", "good", "big")]
    [InlineData("good/anything", "good", "anything")]
    [InlineData("good/odd", "good", "good/odd")]
    public async Task A_provider_that_says_nothing_delays_no_name_that_needs_no_other_list(string name, string provider, string model) =>
        // Time stands still, so anything that waits would wait forever.
        Assert.Equal(new Target(provider, model), (await WithADeafProvider().FindAsync(name).AsTask().WaitAsync(TimeSpan.FromSeconds(30)))!.Targets[0]);

    [Fact]
    public async Task A_provider_that_says_nothing_keeps_its_rank_for_a_second_and_once()
    {
        var catalog = WithADeafProvider();
        var first = catalog.FindAsync("listed").AsTask();
        clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(first.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(new Target("good", "listed"), (await first.WaitAsync(TimeSpan.FromSeconds(30)))!.Targets[0]);
        Assert.Equal(new Target("good", "listed"), (await catalog.FindAsync("listed").AsTask().WaitAsync(TimeSpan.FromSeconds(30)))!.Targets[0]);
    }

    [Fact]
    public async Task A_name_of_both_is_the_firsts_if_it_answers_within_the_second()
    {
        var late = new TaskCompletionSource<IReadOnlyList<ListedModel>>();
        var catalog = WithADeafProvider(provider => provider == "deaf" ? late.Task : Task.FromResult<IReadOnlyList<ListedModel>>([new ListedModel("listed")]));
        var found = catalog.FindAsync("listed").AsTask();
        late.SetResult([new ListedModel("listed")]);
        Assert.Equal(new Target("deaf", "listed"), (await found.WaitAsync(TimeSpan.FromSeconds(30)))!.Targets[0]);
    }

    [Fact]
    public async Task A_list_of_all_models_is_told_without_a_provider_that_says_nothing()
    {
        var catalog = WithADeafProvider();
        var first = catalog.ListAsync().AsTask();
        Assert.False(first.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["mine", "listed", "good/odd"], (await first.WaitAsync(TimeSpan.FromSeconds(30))).Select(model => model.Name));
        Assert.Equal(3, (await catalog.ListAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30))).Count);
    }

    [Fact]
    public async Task A_name_that_only_the_silent_one_may_have_is_refused_at_once_after_its_first_failure()
    {
        var catalog = WithADeafProvider();
        var first = catalog.FindAsync("unknown").AsTask();
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("upstream_unreachable", (await Assert.ThrowsAsync<GatewayException>(() => first.WaitAsync(TimeSpan.FromSeconds(30)))).Error.Code);
        clock.Advance(TimeSpan.FromSeconds(2));
        // The provider is being called again, and no request waits for that.
        Assert.Equal(3, asked);
        await Assert.ThrowsAsync<GatewayException>(() => catalog.FindAsync("unknown").AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_provider_that_was_never_heard_is_asked_less_and_less_often_without_any_request()
    {
        listed = _ => throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, Wording.Verbatim("down")));
        var catalog = Catalog("""{ "providers": { "one": { "dialect": "mistral", "publish": "all" } } }""");
        await Assert.ThrowsAsync<GatewayException>(() => catalog.FindAsync("m").AsTask());
        var times = new List<int>();
        for (var second = 1; second <= 190; second++)
        {
            var before = asked;
            clock.Advance(TimeSpan.FromSeconds(1));
            if (asked > before)
                times.Add(second);
        }

        Assert.Equal([2, 6, 14, 30, 62, 122, 182], times);
        listed = _ => [new ListedModel("m")];
        clock.Advance(TimeSpan.FromMinutes(1));
        // The list has arrived in the meantime, and no request had to fail for it.
        Assert.NotNull(await catalog.FindAsync("m"));
    }

    [Fact]
    public async Task Another_providers_list_cannot_take_a_name_that_begins_with_a_providers_own()
    {
        listed = provider => provider == "one" ? [new ListedModel("two/big")] : [];
        Assert.Equal(new Target("two", "big"), (await Catalog(TwoProviders).FindAsync("two/big"))!.Targets[0]);
    }

    [Theory]
    [InlineData("one/x", null)]
    [InlineData("ONE/x:latest", null)]
    [InlineData("one/listed", null)]
    [InlineData("listed", "listed")]
    [InlineData("one/own", "one/own")]
    [InlineData("mine", "hidden")]
    public async Task A_provider_whose_models_may_not_be_called_directly_has_only_what_is_published(string name, string? upstream)
    {
        listed = _ => [new ListedModel("listed"), new ListedModel("one/own")];
        var catalog = Catalog("""
            { "providers": { "one": { "dialect": "mistral", "publish": "all", "direct": false } },
              "models": { "mine": { "provider": "one", "model": "hidden" } } }
            """);
        Assert.Equal(upstream, (await catalog.FindAsync(name))?.Targets[0].Model);
    }
}
