using System.Net;
using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>nginx's own rejections are in the caller's dialect (specs/dialects.md 1.8, specs/ollama.md 0.5).</summary>
public class RefusalTests
{
    private const string Ollama = """{"error":"MESSAGE"}""";
    private const string OpenAIRequest = """{"error":{"message":"MESSAGE","type":"invalid_request_error","param":null,"code":null}}""";
    private const string OpenAIServer = """{"error":{"message":"MESSAGE","type":"server_error","param":null,"code":null}}""";
    private const string AnthropicRequest = """{"type":"error","error":{"type":"invalid_request_error","message":"MESSAGE"}}""";
    private const string AnthropicServer = """{"type":"error","error":{"type":"api_error","message":"MESSAGE"}}""";
    private const string AnthropicTooLarge = """{"type":"error","error":{"type":"request_too_large","message":"MESSAGE"}}""";

    [Theory]
    [InlineData("/api/chat", "", Ollama)]
    [InlineData("//api/tags", "", Ollama)]
    [InlineData("/", "", Ollama)]
    [InlineData("/v1/chat/completions", "", OpenAIServer)]
    [InlineData("//v1//models", "", OpenAIServer)]
    [InlineData("/v1/models", "anthropic-version: 2023-06-01\r\n", AnthropicServer)]
    [InlineData("/v1/models/claude", "anthropic-version: 2023-06-01\r\n", AnthropicServer)]
    [InlineData("/v1/embeddings", "anthropic-version: 2023-06-01\r\n", OpenAIServer)]
    [InlineData("/v1/messages", "", AnthropicServer)]
    [InlineData("/v1/messages/count_tokens?beta=true", "", AnthropicServer)]
    public async Task A_process_that_is_down_is_a_502(string path, string headers, string expected)
    {
        await using var stack = await DoorWithUpstreams.StartAsync();
        await stack.Sidecar.DisposeAsync();
        await stack.Functions.DisposeAsync();

        var answers = await RawHttp.ExchangeAsync(
            stack.Door.Port, $"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Request-Id: lost-1\r\n{headers}\r\n");

        var answer = Assert.Single(answers);
        Assert.Equal(502, answer.Status);
        AssertBody(expected, answer);
        Assert.Equal("lost-1", answer.Header("X-Request-Id"));
        Assert.DoesNotContain("1.2", answer.Header("Server"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_websocket_without_a_sidecar_is_a_502()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();
        await stack.Sidecar.DisposeAsync();

        var answers = await RawHttp.ExchangeAsync(
            stack.Door.Port,
            "GET /live HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

        var answer = Assert.Single(answers);
        Assert.Equal(502, answer.Status);
        AssertBody(Ollama, answer);
    }

    [Theory]
    [InlineData("/api/chat", Ollama)]
    [InlineData("/api/embed", Ollama)]
    [InlineData("/v1/embeddings", OpenAIRequest)]
    [InlineData("/v1/messages", AnthropicTooLarge)]
    public async Task A_body_announced_too_large_is_refused_before_a_byte_of_it_is_sent(string path, string expected)
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        var answers = await RawHttp.ExchangeAsync(
            stack.Door.Port, $"POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 41943040\r\n\r\n", nothingMoreToSend: true);

        var answer = Assert.Single(answers);
        Assert.Equal(413, answer.Status);
        AssertBody(expected, answer);
        Assert.Empty(stack.Sidecar.Requests);
        Assert.Empty(stack.Functions.Requests);
    }

    [Fact]
    public async Task A_chunked_body_is_refused_once_it_has_grown_too_large()
    {
        await using var stack = await DoorWithUpstreams.StartAsync(
            settings: new Dictionary<string, string?> { ["DRAGOMAN_BODY_LIMIT"] = "64k" });
        var chunk = $"10000\r\n{new string('x', 0x10000)}\r\n";

        var answers = await RawHttp.ExchangeAsync(
            stack.Door.Port,
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}{chunk}0\r\n\r\n");

        var answer = Assert.Single(answers);
        Assert.Equal(413, answer.Status);
        AssertBody(OpenAIRequest, answer);
        Assert.Empty(stack.Sidecar.Requests);
    }

    [Fact]
    public async Task The_next_request_works_after_a_refused_upload()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();
        using var content = new ByteArrayContent(new byte[40 * 1024 * 1024]);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat") { Content = content };
        request.Headers.ExpectContinue = true;
        using var refused = await stack.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Equal("sidecar", await stack.Client.GetStringAsync("/api/chat"));
    }

    [Theory]
    [InlineData("GET /a HTTP/1.1\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GARBAGE\r\n\r\n", 400)]
    [InlineData("TRACE /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 405)]
    [InlineData("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET /a HTTP/3.0\r\nHost: h\r\nConnection: close\r\n\r\n", 505)]
    [InlineData("POST /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: gzip\r\n\r\n", 501)]
    [InlineData("GET /.dragoman/error HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 404)]
    public async Task A_request_nginx_refuses_gets_a_json_answer(string request, int status)
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        var answer = Assert.Single(await RawHttp.ExchangeAsync(stack.Door.Port, request));

        Assert.Equal(status, answer.Status);
        AssertBody(Ollama, answer);
        Assert.NotNull(answer.Header("X-Request-Id"));
        Assert.Empty(stack.Functions.Requests);
    }

    [Fact]
    public async Task Oversized_headers_are_a_431_and_an_oversized_uri_is_a_414()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        var headers = Assert.Single(await RawHttp.ExchangeAsync(
            stack.Door.Port, $"GET /v1/models HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Big: {new string('b', 40_000)}\r\n\r\n"));
        var uri = Assert.Single(await RawHttp.ExchangeAsync(
            stack.Door.Port, $"GET /v1/models?{new string('b', 40_000)} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));

        Assert.Equal(431, headers.Status);
        AssertBody(OpenAIRequest, headers);
        Assert.Equal(414, uri.Status);
        AssertBody(OpenAIRequest, uri);
    }

    [Theory]
    [InlineData("/api/tags?", Ollama)]
    [InlineData("/v1/models?", OpenAIRequest)]
    [InlineData("/v1/messages?", AnthropicRequest)]
    [InlineData("http://h//v1/messages/count_tokens?", AnthropicRequest)]
    public async Task A_request_line_that_is_too_long_is_refused_in_the_callers_dialect(string path, string expected)
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        var answer = Assert.Single(await RawHttp.ExchangeAsync(
            stack.Door.Port, $"GET {path}{new string('b', 20_000)} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));

        Assert.Equal(414, answer.Status);
        AssertBody(expected, answer);
    }

    [Theory]
    [InlineData("OPTIONS", "/api/chat", 204)]
    [InlineData("OPTIONS", "/api/tags", 204)]
    [InlineData("GET", "/api/chat", 403)]
    [InlineData("DELETE", "/api/delete", 403)]
    [InlineData("HEAD", "/", 403)]
    public async Task A_processs_answer_without_a_body_passes_as_it_is(string method, string path, int status)
    {
        Task AnswerAsync(HttpContext http)
        {
            http.Response.StatusCode = status;
            http.Response.Headers.AccessControlAllowMethods = "GET,POST";
            return Task.CompletedTask;
        }

        await using var stack = await DoorWithUpstreams.StartAsync(AnswerAsync, AnswerAsync);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Origin", "app://obsidian.md");

        using var answer = await stack.Client.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("GET,POST", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Methods")));
        var received = Assert.Single([.. stack.Sidecar.Requests, .. stack.Functions.Requests]);
        Assert.Equal((method, "app://obsidian.md"), (received.Method, received.Headers["Origin"]));
    }

    private static void AssertBody(string expected, RawAnswer answer)
    {
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        var message = Message(JsonSerializer.Deserialize<JsonElement>(answer.Body).GetProperty("error"));
        Assert.NotEmpty(message);
        Assert.Equal(expected.Replace("MESSAGE", message, StringComparison.Ordinal), answer.Body);
    }

    private static string Message(JsonElement error) =>
        (error.ValueKind == JsonValueKind.String ? error : error.GetProperty("message")).GetString()!;
}
