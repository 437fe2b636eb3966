using System.Net;
using System.Net.WebSockets;
using System.Text;
using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

public class RoutingTests
{
    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/api/generate")]
    [InlineData("/api/ps")]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/completions")]
    [InlineData("/v1/responses")]
    [InlineData("/v1/messages")]
    [InlineData("/v1/messages?beta=true")]
    [InlineData("//api/chat")]
    [InlineData("/api//chat")]
    [InlineData("/api/chat/")]
    [InlineData("//v1//chat//completions//")]
    [InlineData("/health")]
    [InlineData("/ready")]
    public Task Generation_goes_to_the_sidecar(string path) => AnswersAsync("sidecar", path);

    [Theory]
    [InlineData("/")]
    [InlineData("/api/tags")]
    [InlineData("//api/tags")]
    [InlineData("/api/tags/")]
    [InlineData("/api/chat/more")]
    [InlineData("/api/chatter")]
    [InlineData("/v1/messages/count_tokens")]
    [InlineData("/v1/responses/resp_1")]
    [InlineData("/v1/embeddings")]
    [InlineData("/v1/models/a%2Fb")]
    [InlineData("/API/CHAT")]
    [InlineData("/nothing/here")]
    public Task Everything_else_goes_to_the_functions(string path) => AnswersAsync("functions", path);

    [Theory]
    [InlineData("/api/tags")]
    [InlineData("/api/chat")]
    [InlineData("/")]
    public async Task Without_functions_the_sidecar_answers_everything_and_is_told_of_none(string path)
    {
        await using var stack = await DoorWithUpstreams.StartAsync(withFunctions: false);

        Assert.Equal("sidecar", await stack.Client.GetStringAsync(path));
        Assert.DoesNotContain("X-Dragoman-Functions", Assert.Single(stack.Sidecar.Requests).Headers.Keys);
    }

    [Fact]
    public async Task The_sidecar_alone_is_told_that_functions_exist()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        await stack.Client.GetStringAsync("/api/chat");
        await stack.Client.GetStringAsync("/api/tags");

        Assert.Equal("available", Assert.Single(stack.Sidecar.Requests).Headers["X-Dragoman-Functions"]);
        Assert.DoesNotContain("X-Dragoman-Functions", Assert.Single(stack.Functions.Requests).Headers.Keys);
    }

    [Fact]
    public async Task The_target_is_passed_on_as_the_client_wrote_it()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        var answer = await RawHttp.ExchangeAsync(
            stack.Door.Port, "GET //v1/models/a%2Fb%252Fc?x=1&x=2&y=%20 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        Assert.Equal(200, Assert.Single(answer).Status);
        Assert.Equal("//v1/models/a%2Fb%252Fc?x=1&x=2&y=%20", Assert.Single(stack.Functions.Requests).RawTarget);
    }

    [Fact]
    public async Task Head_of_the_root_reaches_the_functions()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        using var answer = await stack.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("HEAD", Assert.Single(stack.Functions.Requests).Method);
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/v1/responses")]
    [InlineData("/anything/else")]
    public async Task A_websocket_goes_to_the_sidecar_whatever_its_path(string path)
    {
        await using var stack = await DoorWithUpstreams.StartAsync(sidecar: EchoOneMessageAsync);
        using var socket = new ClientWebSocket();
        using var deadline = new CancellationTokenSource(Eventually.Deadline);

        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{stack.Door.Port}{path}"), deadline.Token);
        await socket.SendAsync("salut"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer, deadline.Token);

        Assert.Equal("salut", Encoding.UTF8.GetString(buffer, 0, received.Count));
        Assert.Empty(stack.Functions.Requests);
    }

    [Theory]
    [InlineData("GET", "h2c")]
    [InlineData("POST", "websocket")]
    public async Task Any_other_upgrade_is_answered_as_plain_http(string method, string protocol)
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        var answer = await RawHttp.ExchangeAsync(
            stack.Door.Port,
            $"{method} /api/tags HTTP/1.1\r\nHost: h\r\nConnection: close, Upgrade, HTTP2-Settings\r\nUpgrade: {protocol}\r\n"
            + "HTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal("functions", Assert.Single(answer).Body);
        var received = Assert.Single(stack.Functions.Requests).Headers;
        Assert.DoesNotContain("Upgrade", received.Keys);
        Assert.DoesNotContain("HTTP2-Settings", received.Keys);
    }

    [Fact]
    public async Task A_post_whose_upstream_dies_is_not_sent_again()
    {
        await using var stack = await DoorWithUpstreams.StartAsync(sidecar: context =>
        {
            if (context.Request.Method == "POST")
                context.Abort();
            return Task.CompletedTask;
        });
        await stack.Client.GetStringAsync("/api/chat");

        using var answer = await stack.Client.PostAsync("/api/chat", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Single(stack.Sidecar.Requests, request => request.Method == "POST");
    }

    private static async Task AnswersAsync(string expected, string path)
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        var answer = await RawHttp.ExchangeAsync(
            stack.Door.Port, $"POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}");

        Assert.Equal(expected, Assert.Single(answer).Body);
    }

    private static async Task EchoOneMessageAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
        await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
    }
}
