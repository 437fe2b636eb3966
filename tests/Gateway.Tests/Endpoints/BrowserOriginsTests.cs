using System.Net;
using Dragoman.Conversation;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Endpoints;

public class BrowserOriginsTests
{
    [Theory]
    [InlineData("http://localhost")]
    [InlineData("https://localhost:3000")]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("https://0.0.0.0")]
    [InlineData("app://obsidian.md")]
    [InlineData("file://")]
    [InlineData("tauri://localhost")]
    [InlineData("vscode-webview://1abc")]
    [InlineData("vscode-file://vscode-app")]
    public async Task Pages_of_this_machine_and_of_desktop_apps_may_call(string origin)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await SendAsync(gateway, HttpMethod.Get, "/api/version", origin);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(origin, Header(response, "Access-Control-Allow-Origin"));
        Assert.Equal("Origin", Header(response, "Vary"));
        Assert.Null(Header(response, "Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("GET", "/api/version", "https://evil.example")]
    [InlineData("POST", "/api/chat", "https://evil.example")]
    [InlineData("HEAD", "/", "https://evil.example")]
    [InlineData("OPTIONS", "/api/chat", "https://evil.example")]
    [InlineData("GET", "/no/such/path", "https://evil.example")]
    [InlineData("GET", "/api/version", "null")]
    [InlineData("GET", "/api/version", "chrome-extension://abc")]
    [InlineData("GET", "/api/version", "http://localhost.evil.example")]
    [InlineData("GET", "/api/version", "http://")]
    public async Task Any_other_page_is_refused_whatever_the_method(string method, string path, string origin)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await SendAsync(gateway, new HttpMethod(method), path, origin);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Null(response.Content.Headers.ContentType);
        Assert.Null(Header(response, "Access-Control-Allow-Origin"));
        Assert.NotNull(Header(response, RequestId.Header));
        Assert.Empty(gateway.First.Bodies);
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/v1/chat/completions")]
    [InlineData("/no/such/path")]
    public async Task A_preflight_is_answered_for_any_path(string path)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await SendAsync(gateway, HttpMethod.Options, path, "app://obsidian.md");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("app://obsidian.md", Header(response, "Access-Control-Allow-Origin"));
        Assert.Equal("GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS", Header(response, "Access-Control-Allow-Methods"));
        Assert.StartsWith("Authorization,Content-Type,User-Agent,Accept,X-Requested-With,Openai-Beta,X-Stainless-Arch,", Header(response, "Access-Control-Allow-Headers"), StringComparison.Ordinal);
        foreach (var place in (string[])["Authorization", "X-Api-Key", "Api-Key", "X-Goog-Api-Key"])
            Assert.Contains(place, Header(response, "Access-Control-Allow-Headers")!.Split(','));
        Assert.Equal("43200", Header(response, "Access-Control-Max-Age"));
        Assert.Equal("Origin, Access-Control-Request-Method, Access-Control-Request-Headers", Header(response, "Vary"));
    }

    [Fact]
    public async Task A_page_may_read_what_was_lost_and_whom_to_ask_and_how_long_to_wait_and_what_is_left()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await SendAsync(gateway, HttpMethod.Get, "/api/version", "app://obsidian.md");
        var limit = new RateLimit(2, 1, TimeSpan.FromSeconds(1));
        var limits = new RateLimits(limit, limit);
        var exposed = Header(response, "Access-Control-Expose-Headers")!.Split(',');
        Assert.Equal(["X-Dragoman-Losses", "X-Request-Id", "Request-Id", "X-Upstream-Request-Id", "Retry-After"], exposed[..5]);
        foreach (var (name, _) in OpenAIHeaders.Of(limits).Concat(AnthropicMessagesHeaders.Of(limits, DateTimeOffset.UnixEpoch)))
            Assert.Contains(name, exposed, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_page_from_here_itself_needs_no_permission()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await SendAsync(gateway, HttpMethod.Get, "/api/version", gateway.Client.BaseAddress!.ToString().TrimEnd('/').Replace("http", "https", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Null(Header(response, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Behind_a_proxy_the_forwarded_name_is_from_here()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(access: """{ "hosts": ["dragoman.example"] }""");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/version");
        request.Headers.Add("Origin", "https://dragoman.example");
        request.Headers.Add("X-Forwarded-Host", "dragoman.example");
        using var response = await gateway.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("https://chat.example", true)]
    [InlineData("https://CHAT.example", true)]
    [InlineData("http://chat.example", false)]
    [InlineData("https://a.team.example", true)]
    [InlineData("https://a.team.example.evil", false)]
    [InlineData("https://team.example", false)]
    [InlineData("chrome-extension://abc", true)]
    [InlineData("http://localhost:1", true)]
    public async Task Configured_origins_come_on_top(string origin, bool allowed)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            access: """{ "origins": ["https://chat.example", "https://*.team.example", "chrome-extension://*"] }""");
        using var response = await SendAsync(gateway, HttpMethod.Get, "/api/version", origin);
        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task A_lone_star_allows_all_pages()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(access: """{ "origins": ["*"] }""");
        using var response = await SendAsync(gateway, HttpMethod.Options, "/api/chat", "null");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("*", Header(response, "Access-Control-Allow-Origin"));
        Assert.Null(Header(response, "Vary"));
    }

    [Fact]
    public async Task Without_an_origin_OPTIONS_is_a_method_like_any_other()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/api/chat"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task A_refused_request_still_has_its_permission()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await SendAsync(gateway, HttpMethod.Post, "/api/chat", "http://localhost:3000");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("http://localhost:3000", Header(response, "Access-Control-Allow-Origin"));
    }

    private static Task<HttpResponseMessage> SendAsync(GatewayUnderTest gateway, HttpMethod method, string path, string origin)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        return gateway.Client.SendAsync(request);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
