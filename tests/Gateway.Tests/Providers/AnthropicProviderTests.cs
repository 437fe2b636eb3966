using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Providers;
using Dragoman.Secrets;

namespace Dragoman.Gateway.Tests.Providers;

public class AnthropicProviderTests
{
    private static readonly UpstreamCall Call = new("messages", "{}"u8.ToArray());

    private static Provider ProviderAt(ScriptedUpstream upstream, ProviderOptions? options = null, ManualTimeProvider? clock = null) => new(
        new ProviderSettings("here", "anthropic", new Uri(upstream.BaseUrl + "/"), SecretReference.OfLiteral("secret"), PublishesAll: false, Timeouts.Default) { Options = options ?? ProviderOptions.None },
        clock ?? new ManualTimeProvider());

    [Theory]
    [InlineData(null, null, "secret", "", "2023-06-01")]
    [InlineData("x-api-key", "2026-10-21", "secret", "", "2026-10-21")]
    [InlineData("bearer", null, "", "Bearer secret", "2023-06-01")]
    public async Task Every_request_shows_the_key_and_the_version(string? auth, string? version, string key, string authorization, string sentVersion)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        var seen = new List<(string, string, string, string)>();
        upstream.Answer = http =>
        {
            var headers = http.Request.Headers;
            seen.Add((http.Request.Path + http.Request.QueryString, headers["x-api-key"].ToString(), headers.Authorization.ToString(), headers["anthropic-version"].ToString()));
            return ScriptedUpstream.WriteAsync(http, 200, "application/json", """{"data":[{"id":"claude-x"}]}""");
        };
        using var provider = ProviderAt(upstream, ProviderOptions.None with { Auth = auth, Version = version });
        using var response = await provider.SendAsync(Call, CancellationToken.None);
        Assert.Equal("claude-x", Assert.Single(await provider.ListModelsAsync(CancellationToken.None)).Id);
        Assert.Equal([("/v1/messages", key, authorization, sentVersion), ("/v1/models?limit=1000", key, authorization, sentVersion)], seen);
    }

    [Fact]
    public async Task A_clients_own_version_goes_alone()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        (string?, string?) seen = default;
        upstream.Answer = http =>
        {
            seen = (http.Request.Headers["anthropic-version"], http.Request.Headers["anthropic-beta"]);
            return ScriptedUpstream.WriteAsync(http, 200, "application/json", "{}");
        };
        using var provider = ProviderAt(upstream);
        using var response = await provider.SendAsync(Call with { Headers = [("anthropic-version", "2026-10-21"), ("anthropic-beta", "a,b")] }, CancellationToken.None);
        Assert.Equal(("2026-10-21", "a,b"), seen);
    }

    [Theory]
    [InlineData("caf\u00e9")]
    [InlineData("a\u0001")]
    [InlineData("a\r\nx-api-key: b")]
    [InlineData("a\tb")]
    public async Task A_clients_header_that_no_connection_could_carry_is_the_clients_mistake(string value)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        using var provider = ProviderAt(upstream);
        var error = (await Assert.ThrowsAsync<GatewayException>(() => provider.SendAsync(Call with { Headers = [("anthropic-beta", value)] }, CancellationToken.None))).Error;
        Assert.Equal((ErrorKind.InvalidRequest, "anthropic-beta"), (error.Kind, error.Field));
        Assert.Empty(upstream.Bodies);
    }

    [Fact]
    public async Task Limits_and_the_request_id_are_read_from_the_headers()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        var clock = new ManualTimeProvider();
        upstream.Answer = http =>
        {
            var headers = http.Response.Headers;
            headers["request-id"] = "req_1";
            headers["anthropic-ratelimit-requests-limit"] = "4000";
            headers["anthropic-ratelimit-requests-remaining"] = "3999";
            headers["anthropic-ratelimit-requests-reset"] = clock.GetUtcNow().AddSeconds(90).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
            headers["anthropic-ratelimit-tokens-limit"] = "2400000";
            headers["anthropic-ratelimit-tokens-remaining"] = "0";
            headers["anthropic-ratelimit-tokens-reset"] = "2001-01-01T00:00:00Z";
            return ScriptedUpstream.WriteAsync(http, 200, "application/json", "{}");
        };
        using var provider = ProviderAt(upstream, clock: clock);
        using var response = await provider.SendAsync(Call, CancellationToken.None);
        Assert.Equal("req_1", provider.RequestIdOf(response));
        var limits = provider.RateLimitsOf(response)!;
        Assert.Equal((4000L, 3999L), (limits.Requests!.Limit, limits.Requests.Remaining));
        Assert.InRange(limits.Requests.Reset!.Value.TotalSeconds, 89, 90);
        Assert.Equal(new RateLimit(2_400_000, 0, TimeSpan.Zero), limits.Tokens);
    }

    [Fact]
    public async Task A_refused_signature_can_be_amended_once()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = http => ScriptedUpstream.WriteAsync(http, 400, "application/json", """{"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0: Invalid `signature` in `thinking` block"}}""");
        using var provider = ProviderAt(upstream);
        var call = Call with { Body = """{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"x","signature":"y"},{"type":"text","text":"z"}]}]}"""u8.ToArray() };
        var refusal = (await Assert.ThrowsAsync<GatewayException>(() => provider.SendAsync(call, CancellationToken.None))).Error;
        Assert.Single(upstream.Bodies);
        var amended = provider.Api.Amend(call, refusal)!;
        Assert.Equal("""{"messages":[{"role":"assistant","content":[{"type":"text","text":"z"}]}]}""", System.Text.Encoding.UTF8.GetString(amended.Body.Span));
        Assert.Null(provider.Api.Amend(amended, refusal));
    }
}
