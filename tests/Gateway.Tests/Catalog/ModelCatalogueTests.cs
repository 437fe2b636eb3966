using Dragoman.Catalog;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Catalog;

public class ModelCatalogueTests
{
    private readonly ManualTimeProvider clock = new();
    private Func<string, IReadOnlyList<ListedModel>> listed = _ => [];
    private int asked;

    private ModelCatalogue Catalogue(string json) => new(
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
        Assert.Equal(new Target("two", "big"), (await Catalogue(TwoProviders).FindAsync(name))!.Targets[0]);

    [Fact]
    public async Task The_operators_entry_wins_then_the_provider_that_was_configured_first()
    {
        listed = provider => [new ListedModel("best"), new ListedModel("shared"), new ListedModel("only-" + provider)];
        var catalogue = Catalogue(TwoProviders);
        Assert.Equal(["Best", "shared", "only-one", "only-two"], (await catalogue.ListAsync()).Select(model => model.Name));
        Assert.Equal(new Target("one", "shared"), (await catalogue.FindAsync("shared:latest"))!.Targets[0]);
        Assert.Equal(new Target("two", "only-two"), (await catalogue.FindAsync("only-two"))!.Targets[0]);
    }

    [Theory]
    [InlineData("one/anything", "one", "anything")]
    [InlineData("ONE/anything:latest", "one", "anything")]
    [InlineData("two/publisher/model@q4", "two", "publisher/model@q4")]
    public async Task Any_model_of_a_provider_is_reachable_behind_its_name(string name, string provider, string model) =>
        Assert.Equal(new Target(provider, model), (await Catalogue(TwoProviders).FindAsync(name))!.Targets[0]);

    [Theory]
    [InlineData("")]
    [InlineData("nope")]
    [InlineData("three/x")]
    [InlineData("one/")]
    [InlineData("/one")]
    public async Task What_nobody_publishes_is_not_found(string name) => Assert.Null(await Catalogue(TwoProviders).FindAsync(name));

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
        Assert.Equal(upstream, (await Catalogue(TwoProviders).FindAsync(name))?.Targets[0].Model);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a%00b")]
    [InlineData("a\0b")]
    public async Task No_provider_is_asked_for_a_name_that_cannot_be(string name)
    {
        Assert.Null(await Catalogue(TwoProviders).FindAsync(name));
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task A_list_is_asked_for_again_only_when_it_has_grown_old()
    {
        listed = _ => [new ListedModel("a")];
        var catalogue = Catalogue("""{ "providers": { "one": { "dialect": "mistral", "publish": "all" } } }""");
        await catalogue.ListAsync();
        await catalogue.ListAsync();
        Assert.Equal(1, asked);
        clock.Advance(TimeSpan.FromMinutes(6));
        listed = _ => [new ListedModel("b")];
        await catalogue.ListAsync();
        Assert.Equal(2, asked);
        Assert.Equal(["b"], (await catalogue.ListAsync()).Select(model => model.Name));
    }

    [Fact]
    public async Task A_provider_that_is_down_does_not_empty_the_list()
    {
        listed = _ => [new ListedModel("a")];
        var catalogue = Catalogue("""{ "providers": { "one": { "dialect": "mistral", "publish": "all" } } }""");
        await catalogue.ListAsync();
        listed = _ => throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, "down"));
        clock.Advance(TimeSpan.FromMinutes(6));
        await catalogue.ListAsync();
        Assert.Equal(["a"], (await catalogue.ListAsync()).Select(model => model.Name));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task An_unknown_name_is_not_called_unknown_while_a_provider_has_not_been_heard()
    {
        listed = _ => throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, "down"));
        var error = await Assert.ThrowsAsync<GatewayException>(async () => await Catalogue(TwoProviders).FindAsync("nope"));
        Assert.Equal("The provider one cannot be reached for its list of models, so 'nope' may or may not exist.", error.Error.Message);
    }

    [Fact]
    public async Task A_provider_that_was_down_at_first_is_asked_again_soon()
    {
        listed = _ => throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, "down"));
        var catalogue = Catalogue("""{ "providers": { "one": { "dialect": "mistral", "publish": "all" } } }""");
        Assert.Empty(await catalogue.ListAsync());
        listed = _ => [new ListedModel("a")];
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(["a"], (await catalogue.ListAsync()).Select(model => model.Name));
    }
}
