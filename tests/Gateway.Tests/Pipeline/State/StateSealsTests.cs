using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Gateway.Tests.Secrets;
using Dragoman.Pipeline.State;
using Dragoman.Secrets;

namespace Dragoman.Gateway.Tests.Pipeline.State;

public sealed class StateSealsTests
{
    private static readonly OpaqueState State = new(StateKind.AnthropicSignature, "tag", "what a provider wants back");

    private const string Vault = """ "keyVault": { "uri": "https://name.vault.azure.net" } """;
    private const string StateKey = "0123456789-0123456789-0123456789";

    private readonly ManualTimeProvider clock = new();

    [Theory]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral", "apiKey": "a-key-of-some-length" } } }""")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral", "apiKey": "a-key-of-some-length" }, "v": { "dialect": "openai", "apiKey": "keyvault:v" } }, VAULT }""")]
    [InlineData("""{ "providers": { "v": { "dialect": "openai", "apiKey": "keyvault:v" } }, "access": { "adminKey": "an-administrators-own-key" }, VAULT }""")]
    [InlineData("""{ "providers": { "v": { "dialect": "openai", "apiKey": "keyvault:v" } }, "access": { "stateKey": "STATE" }, VAULT }""")]
    public void Another_process_opens_what_was_sealed_and_no_other_team_and_no_other_deployment_does(string json)
    {
        var seals = Seals(json);
        var text = seals.Of("team").Wrap(State);
        Assert.Equal(State, Seals(json).Of("team").Unwrap(text));
        Assert.Null(seals.Of("other").Unwrap(text));
        Assert.Null(Seals(json.Replace("a-key", "b-key", StringComparison.Ordinal).Replace("an-admin", "b-admin", StringComparison.Ordinal).Replace("STATE", "x" + StateKey, StringComparison.Ordinal)).Of("team").Unwrap(text));
        Assert.Null(seals.Notice);
    }

    [Fact]
    public void Without_a_secret_that_lasts_nobody_can_forge_a_seal_and_the_operator_hears_of_it()
    {
        const string json = """{ "providers": { "v": { "dialect": "openai", "apiKey": "keyvault:v" } }, VAULT }""";
        var seals = Seals(json);
        Assert.Equal(State, Seals(json).Of("team").Unwrap(seals.Of("team").Wrap(State)));
        foreach (var guess in (string[])["team\n", "team\nv ", "team\nkeyvault:v", "team\nv keyvault:v"])
            Assert.Null(seals.Of("team").Unwrap(new StateEnvelope(System.Text.Encoding.UTF8.GetBytes(guess)).Wrap(State)));
        Assert.Contains("/access/stateKey makes it last", seals.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_in_the_vault_is_fetched_when_a_request_needs_it_and_a_vault_that_is_away_fails_no_request()
    {
        const string json = """{ "access": { "stateKey": "keyvault:state" }, VAULT }""";
        var reader = new ScriptedReader(clock, StateKey) { Answer = _ => throw new SecretException("away", SecretFault.Unreachable) };
        using var secrets = new SecretStore(clock, _ => reader);
        var seals = Seals(json, secrets);
        Assert.Equal(0, reader.Reads);
        await seals.PrepareAsync(CancellationToken.None);
        Assert.Equal(State, seals.Of("team").Unwrap(seals.Of("team").Wrap(State)));
        reader.Answer = _ => Task.FromResult(StateKey);
        clock.Advance(TimeSpan.FromMinutes(1));
        await seals.PrepareAsync(CancellationToken.None);
        var text = seals.Of("team").Wrap(State);
        Assert.Equal(State, Seals("""{ "access": { "stateKey": "STATE" } }""").Of("team").Unwrap(text));
        Assert.True(seals.PrepareAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }

    private StateSeals Seals(string json, SecretStore? secrets = null) => new(
        ConfigurationReader.Read(json.Replace("VAULT", Vault, StringComparison.Ordinal).Replace("STATE", StateKey, StringComparison.Ordinal), "test", new Dictionary<string, string>()),
        secrets ?? new SecretStore(clock, reference => new ScriptedReader(clock, "unused")));
}
