using System.Collections.Concurrent;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Gateway.Tests.Secrets;
using Dragoman.Providers;
using Dragoman.Secrets;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Providers;

/// <summary>A provider whose key is replaced, at the provider and in the vault, one before the other.</summary>
public sealed class KeyRotationTests : IAsyncLifetime, IDisposable
{
    private static readonly UpstreamCall Call = new("chat/completions", "{\"model\":\"m\"}"u8.ToArray()) { Model = "m" };

    private readonly ManualTimeProvider clock = new();
    private readonly ConcurrentQueue<string> keys = [];
    private readonly CredentialScrub all = new([], 1);
    private ScriptedUpstream upstream = null!;
    private ScriptedReader reader = null!;
    private SecretStore secrets = null!;
    private HashSet<string> accepted = ["the-old-key-of-the-provider"];
    private int refusal = 401;

    private const string Old = "the-old-key-of-the-provider";
    private const string New = "the-new-key-of-the-provider";

    public async Task InitializeAsync()
    {
        reader = new(clock, Old);
        secrets = new(clock, _ => reader);
        upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = http =>
        {
            var key = KeyOf(http);
            keys.Enqueue(key);
            return accepted.Contains(key)
                ? ScriptedUpstream.WriteAsync(http, 200, "application/json", "{}")
                : ScriptedUpstream.WriteAsync(http, refusal, "application/json", refusal == 400 ? """{"error":{"message":"API key not valid.","status":"INVALID_ARGUMENT"}}""" : """{"error":{"message":"Invalid API key"}}""");
        };
    }

    public Task DisposeAsync() => upstream.DisposeAsync().AsTask();

    public void Dispose() => secrets.Dispose();

    [Theory]
    [InlineData("mistral", 401)]
    [InlineData("openai", 401)]
    [InlineData("openai", 403)]
    [InlineData("anthropic", 401)]
    [InlineData("gemini", 400)]
    [InlineData("azure-openai", 401)]
    public async Task A_refused_key_is_replaced_by_the_vaults_next_one_and_the_body_is_sent_again(string dialect, int status)
    {
        refusal = status;
        using var provider = ProviderOf(dialect);
        await SendAsync(provider);
        reader.Answer = _ => Task.FromResult(New);
        accepted = [New];
        await SendAsync(provider);
        await SendAsync(provider);
        Assert.Equal([Old, Old, New, New], keys);
        Assert.All(upstream.Bodies, body => Assert.Equal("{\"model\":\"m\"}", body));
        Assert.Equal(2, reader.Reads);
    }

    [Fact]
    public async Task While_the_provider_knows_only_the_old_key_it_stays_in_use()
    {
        using var provider = ProviderOf("mistral");
        await SendAsync(provider);
        reader.Answer = _ => Task.FromResult(New);
        clock.Advance(TimeSpan.FromMinutes(50));
        await SendAsync(provider);
        while (await secrets.Of(ScriptedReader.Reference()).GetAsync(CancellationToken.None) != New)
            await Task.Yield();
        keys.Clear();
        await SendAsync(provider);
        await SendAsync(provider);
        Assert.Equal([New, Old, Old], keys);
        accepted = [New];
        keys.Clear();
        await SendAsync(provider);
        await SendAsync(provider);
        Assert.Equal([Old, New, New], keys);
    }

    [Fact]
    public async Task A_key_that_is_wrong_everywhere_is_tried_once_and_the_client_hears_no_name_of_the_vault()
    {
        accepted = [];
        using var provider = ProviderOf("mistral");
        var error = await FailureAsync(provider);
        Assert.Equal((ErrorKind.UpstreamRefusedKey, "The provider here refused the gateway's key."), (error.Kind, error.Message));
        Assert.Equal(Old, Assert.Single(keys));
    }

    [Fact]
    public async Task Without_a_key_the_client_hears_no_name_of_the_vault()
    {
        reader.Answer = _ => throw new SecretException("keyvault:key in the vault name.vault.azure.net does not exist", SecretFault.Missing);
        using var provider = ProviderOf("mistral");
        var error = await FailureAsync(provider);
        Assert.Equal(
            (ErrorKind.UpstreamRefusedKey, "The gateway cannot get its key for the provider here at the moment.", "upstream_auth_failed"),
            (error.Kind, error.Message, error.Code));
        Assert.Empty(keys);
    }

    [Fact]
    public async Task Another_refusal_is_not_about_the_key()
    {
        upstream.Answer = http => ScriptedUpstream.WriteAsync(http, 403, "application/json", """{"message":"The model m is not allowed in this region."}""");
        using var provider = ProviderOf("mistral");
        await FailureAsync(provider);
        Assert.Equal(1, reader.Reads);
        Assert.Single(upstream.Bodies);
    }

    [Fact]
    public async Task A_key_of_the_configuration_is_sent_once()
    {
        accepted = [];
        using var provider = ProviderOf("mistral", SecretReference.OfLiteral(Old));
        await FailureAsync(provider);
        Assert.Equal(Old, Assert.Single(keys));
    }

    [Fact]
    public async Task Every_value_is_removed_from_texts()
    {
        using var provider = ProviderOf("mistral");
        await SendAsync(provider);
        reader.Answer = _ => Task.FromResult(New);
        accepted = [New];
        await SendAsync(provider);
        foreach (var scrub in (CredentialScrub[])[all, provider.Credentials])
            Assert.Equal("[redacted] and [redacted]", scrub.Clean($"{Old} and {New}"));
    }

    private static string KeyOf(HttpContext http)
    {
        var headers = http.Request.Headers;
        var values = new[] { headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal), headers["x-api-key"].ToString(), headers["api-key"].ToString(), headers["x-goog-api-key"].ToString() };
        return values.Single(value => value.Length > 0);
    }

    private Provider ProviderOf(string dialect, SecretReference? key = null)
    {
        var settings = new ProviderSettings("here", dialect, new Uri(upstream.BaseUrl + "/"), key ?? ScriptedReader.Reference(), PublishesAll: false, Timeouts.Default)
        {
            Options = ProviderOptions.None with { Deployments = false },
        };
        return new Provider(settings, clock, all, secrets);
    }

    private static async Task SendAsync(Provider provider)
    {
        using var response = await provider.SendAsync(Call, CancellationToken.None);
    }

    private static async Task<GatewayError> FailureAsync(Provider provider) => (await Assert.ThrowsAsync<GatewayException>(() => SendAsync(provider))).Error;
}
