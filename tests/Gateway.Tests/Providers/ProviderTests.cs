using System.Net;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Providers;
using Dragoman.Secrets;

namespace Dragoman.Gateway.Tests.Providers;

public class ProviderTests
{
    private static readonly UpstreamCall Call = new("chat/completions", "{}"u8.ToArray());

    private static Provider ProviderAt(string baseUrl, string? apiKey = null, string dialect = "mistral") => new(
        new ProviderSettings("here", dialect, new Uri(baseUrl.TrimEnd('/') + "/"), apiKey is null ? null : SecretReference.OfLiteral(apiKey), PublishesAll: false, Timeouts.Default),
        new ManualTimeProvider());

    private static async Task<GatewayError> ErrorOf(ScriptedUpstream upstream, string? apiKey = null)
    {
        using var provider = ProviderAt(upstream.BaseUrl, apiKey);
        return (await Assert.ThrowsAsync<GatewayException>(() => provider.SendAsync(Call, CancellationToken.None))).Error;
    }

    [Theory]
    [InlineData("mistral")]
    [InlineData("openai")]
    public async Task A_call_goes_under_the_base_url_with_the_key_in_its_header(string dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        string? path = null, key = null, type = null;
        upstream.Answer = http =>
        {
            (path, key, type) = (http.Request.Path, http.Request.Headers.Authorization, http.Request.ContentType);
            return ScriptedUpstream.WriteAsync(http, 200, "application/json", "{}");
        };
        using var provider = ProviderAt(upstream.BaseUrl, "secret", dialect);
        using var response = await provider.SendAsync(Call, CancellationToken.None);
        Assert.Equal(("/v1/chat/completions", "Bearer secret", "application/json"), (path, key, type));
    }

    [Fact]
    public async Task Without_a_key_no_authorization_is_sent()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        var sent = true;
        upstream.Answer = http =>
        {
            sent = http.Request.Headers.ContainsKey("Authorization");
            return ScriptedUpstream.WriteAsync(http, 200, "application/json", "{}");
        };
        using var provider = ProviderAt(upstream.BaseUrl);
        using var response = await provider.SendAsync(Call, CancellationToken.None);
        Assert.False(sent);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_because_it_would_carry_the_key_elsewhere()
    {
        await using var elsewhere = await ScriptedUpstream.StartAsync();
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = http =>
        {
            http.Response.Headers.Location = elsewhere.BaseUrl + "/chat/completions";
            return ScriptedUpstream.WriteAsync(http, 307, "text/plain", "");
        };
        Assert.Equal("The provider here answered with a redirect; check its baseUrl.", (await ErrorOf(upstream, "secret")).Message);
        Assert.Empty(elsewhere.Bodies);
    }

    [Fact]
    public async Task What_the_provider_says_of_our_key_stays_here()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = http => ScriptedUpstream.WriteAsync(http, 401, "application/json", """{"error":{"message":"Incorrect API key provided: sk-sentinel"}}""");
        var error = await ErrorOf(upstream, "sk-sentinel");
        Assert.Equal((ErrorKind.UpstreamRefusedKey, "The provider here refused the gateway's key."), (error.Kind, error.Message));
    }

    [Theory]
    [InlineData("retry-after", "2", 2_000d)]
    [InlineData("retry-after", "0.25", 250d)]
    [InlineData("retry-after-ms", "1500.5", 1_500.5)]
    [InlineData("retry-after", "Fri, 02 Jan 2026 03:05:05 GMT", 60_000d)]
    [InlineData("retry-after", "-5", null)]
    [InlineData("retry-after", "soon", null)]
    [InlineData("x-other", "5", null)]
    public async Task The_wish_to_wait_is_read_in_every_form(string header, string value, double? milliseconds)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = http =>
        {
            http.Response.Headers[header] = value;
            return ScriptedUpstream.WriteAsync(http, 429, "application/json", "{}");
        };
        Assert.Equal(milliseconds, (await ErrorOf(upstream)).RetryAfter?.TotalMilliseconds);
    }

    [Fact]
    public async Task Milliseconds_count_more_than_seconds()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = http =>
        {
            http.Response.Headers["retry-after"] = "9";
            http.Response.Headers["retry-after-ms"] = "100";
            return ScriptedUpstream.WriteAsync(http, 429, "application/json", "{}");
        };
        Assert.Equal(100, (await ErrorOf(upstream)).RetryAfter?.TotalMilliseconds);
    }

    [Fact]
    public async Task An_error_body_without_end_is_not_read_without_end()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = http => ScriptedUpstream.WriteAsync(http, (int)HttpStatusCode.InternalServerError, "text/plain", new string('x', 1_000_000));
        Assert.Equal("The provider answered with status 500.", (await ErrorOf(upstream)).Message);
    }

    [Fact]
    public async Task Models_are_listed_with_what_the_provider_tells_of_them()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", """
            {"object":"list","data":[
              {"id":"a","created":7,"max_context_length":100,"capabilities":{"completion_chat":true,"function_calling":true,"vision":false}},
              {"id":"b","max_model_len":50},
              {"id":"a"},
              {"id":"e","capabilities":{"completion_chat":false}}]}
            """);
        using var provider = ProviderAt(upstream.BaseUrl);
        var models = await provider.ListModelsAsync(CancellationToken.None);
        Assert.Equal(["a", "b", "e"], models.Select(model => model.Id));
        Assert.Equal((7L, 100), (models[0].Created, models[0].ContextLength));
        Assert.Equal(["completion", "tools"], models[0].Capabilities);
        Assert.Equal((50, null), (models[1].ContextLength, models[1].Capabilities));
        Assert.Equal(["embedding"], models[2].Capabilities);
    }

    [Theory]
    [InlineData("[]", 0)]
    [InlineData("""{"data":null}""", 0)]
    public async Task An_empty_list_of_models_is_a_list(string body, int count)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", body);
        using var provider = ProviderAt(upstream.BaseUrl);
        Assert.Equal(count, (await provider.ListModelsAsync(CancellationToken.None)).Count);
    }
}
