using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Pipeline.Reload;

public class GatewaySnapshotTests
{
    private static readonly ManualTimeProvider Clock = new();

    [Fact]
    public void A_snapshot_ends_with_its_last_holder()
    {
        var snapshot = Snapshot("{}");
        Assert.True(snapshot.TryHold());
        Assert.True(snapshot.TryHold());
        snapshot.Release();
        snapshot.Release();
        Assert.False(snapshot.IsDisposed);
        snapshot.Release();
        Assert.True(snapshot.IsDisposed);
        Assert.False(snapshot.TryHold());
        Assert.False(snapshot.TryHold());
    }

    [Fact]
    public async Task Whoever_holds_a_snapshot_while_it_ends_can_rely_on_it()
    {
        for (var round = 0; round < 200; round++)
        {
            var snapshot = Snapshot("{}");
            var holders = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                for (var turn = 0; turn < 50 && snapshot.TryHold(); turn++)
                {
                    Assert.False(snapshot.IsDisposed);
                    snapshot.Release();
                }
            })).ToList();
            snapshot.Release();
            await Task.WhenAll(holders);
            Assert.True(snapshot.IsDisposed);
        }
    }

    [Theory]
    [InlineData("""{ "dialect": "openai", "apiKey": "sk-1" }""", """{ "dialect": "openai", "apiKey": "sk-1" }""", true)]
    [InlineData("""{ "dialect": "openai", "apiKey": "sk-1" }""", """{ "dialect": "openai", "apiKey": "sk-2" }""", false)]
    [InlineData("""{ "dialect": "openai" }""", """{ "dialect": "openai", "timeouts": { "idleSeconds": 7 } }""", false)]
    [InlineData("""{ "dialect": "openai" }""", """{ "dialect": "openai", "options": { "server": "openai" } }""", false)]
    [InlineData("""{ "dialect": "openai" }""", """{ "dialect": "mistral" }""", false)]
    [InlineData("""{ "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com", "options": { "baseModels": { "a": "b" } } }""", """{ "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com/", "options": { "baseModels": { "a": "b" } } }""", true)]
    [InlineData("""{ "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com", "options": { "baseModels": { "a": "b" } } }""", """{ "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com", "options": { "baseModels": { "a": "c" } } }""", false)]
    public void An_unchanged_provider_is_used_on(string before, string after, bool isShared)
    {
        using var first = Snapshot($$"""{ "providers": { "p": {{before}} } }""");
        using var second = new GatewaySnapshot(Read($$"""{ "providers": { "p": {{after}} } }"""), Clock, first);
        Assert.Equal(isShared, first.ProviderOf(new Target("p", "m")) == second.ProviderOf(new Target("p", "m")));
    }

    [Fact]
    public void Old_and_new_credentials_are_removed_from_texts()
    {
        using var first = Snapshot("""{ "providers": { "p": { "dialect": "openai", "apiKey": "sk-first-0123456789" } } }""");
        using var second = new GatewaySnapshot(Read("""{ "providers": { "p": { "dialect": "openai", "apiKey": "sk-second-0123456789" } } }"""), Clock, first);
        Assert.Equal("[redacted] [redacted]", second.Credentials.Clean("sk-first-0123456789 sk-second-0123456789"));
    }

    [Fact]
    public void Opaque_state_is_opened_after_a_reload_but_not_for_ever()
    {
        var state = new OpaqueState(StateKind.AnthropicSignature, "tag", "value");
        var snapshot = Snapshot("{}");
        var packed = snapshot.States.Of("web").Wrap(state);
        for (var reload = 0; reload < 4; reload++)
        {
            var next = new GatewaySnapshot(Read($$"""{ "providers": { "p": { "dialect": "openai", "apiKey": "sk-{{reload}}" } } }"""), Clock, snapshot);
            Assert.Equal(reload < 3 ? state : null, next.States.Of("web").Unwrap(packed));
            Assert.Null(next.States.Of("other").Unwrap(packed));
            Assert.Equal(state, next.States.Of("web").Unwrap(next.States.Of("web").Wrap(state)));
            snapshot.Dispose();
            snapshot = next;
        }

        snapshot.Dispose();
    }

    private static GatewaySnapshot Snapshot(string json) => new(Read(json), Clock);

    private static GatewayConfiguration Read(string json) => ConfigurationReader.Read(json, "test", new Dictionary<string, string>());
}
