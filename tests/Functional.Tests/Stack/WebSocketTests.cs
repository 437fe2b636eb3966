using System.Net;
using System.Text;
using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>WebSockets through nginx to the sidecar, in a deployment with functions.</summary>
[Trait("Category", "Streaming")]
public class WebSocketTests(FullDeployment deployment) : IClassFixture<FullDeployment>
{
    private const string OpenAI = "/v1/chat/completions";
    private const string Ollama = "/api/chat";
    private const string Responses = "/v1/responses";
    private const int Ping = 9;

    private readonly DragomanStack stack = deployment.Stack;

    private static string Chat(string model = Requests.Model, string content = "Hello", string more = "") =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{content}}"}]{{more}}}""";

    [Theory]
    [InlineData(OpenAI)]
    [InlineData(Ollama)]
    [InlineData(Responses)]
    public async Task Several_requests_are_answered_on_one_connection(string path)
    {
        var dialect = SocketDialect.Of(path);
        using var client = await SocketClient.ConnectAsync(stack.Door.Address, path);
        for (var turn = 0; turn < 3; turn++)
        {
            await client.SendAsync(dialect.Ask(Requests.Model, "Hello"));
            var messages = await client.ReceiveUntilAsync(dialect.IsGoodEnd);
            Assert.True(messages.Count > 5, string.Join('\n', messages));
            Assert.StartsWith("You said: \"Hello\".", string.Concat(messages.Select(SocketDialect.TextOf)), StringComparison.Ordinal);
        }

        await client.CloseAsync();
    }

    [Theory]
    [InlineData(OpenAI)]
    [InlineData(Ollama)]
    public async Task What_does_not_stream_is_answered_by_the_sidecar_too(string path)
    {
        using var client = await SocketClient.ConnectAsync(stack.Door.Address, path);
        await client.SendAsync(Chat(more: ",\"stream\":false"));
        var message = await client.ReceiveAsync();
        Assert.Contains("You said", message!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OpenAI)]
    [InlineData(Ollama)]
    [InlineData(Responses)]
    public async Task Without_an_upgrade_the_path_still_takes_posts_alone(string path)
    {
        using var answer = await stack.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_leaves_cancels_the_provider_at_once(bool closes)
    {
        var marker = $"socket-{Guid.NewGuid():n}";
        using var client = await SocketClient.ConnectAsync(stack.Door.Address, OpenAI);
        await client.SendAsync(Chat("emulator/emulate-tps-20-tokens-10000", marker));
        await client.ReceiveAsync();
        await client.ReceiveAsync();
        var left = DateTimeOffset.UtcNow;
        if (closes)
            await client.CloseAsync();
        else
            client.Socket.Abort();

        JsonElement? request = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                request = (await stack.ProviderRequestsAsync()).First(each => each.GetRawText().Contains(marker, StringComparison.Ordinal));
                return request.Value.GetProperty("disconnected").GetBoolean();
            },
            () => "the provider was not told");
        // It takes a few milliseconds on an idle machine, and longer on a busy one.
        Assert.InRange(request!.Value.GetProperty("disconnected_at").GetDateTimeOffset() - left, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_silent_stream_is_kept_alive_by_pings_and_by_nothing_else()
    {
        await using var own = await DragomanStack.StartSmallAsync(new Dictionary<string, string?> { ["DRAGOMAN__limits__keepAliveSeconds"] = "1" });
        using var client = await RawSocketClient.ConnectAsync(own.Door.Port, Ollama);
        await client.SendAsync(Chat("emulator/emulate-ttft-3500-tokens-3"));
        var pings = 0;
        var texts = new List<string>();
        do
        {
            var (opcode, payload) = await client.ReadFrameAsync();
            if (opcode == Ping)
            {
                pings += texts.Count == 0 ? 1 : 0;
                await client.PongAsync(payload);
            }
            else
            {
                texts.Add(Encoding.UTF8.GetString(payload));
            }
        }
        while (texts.Count == 0 || !texts[^1].Contains("\"done\":true", StringComparison.Ordinal));
        // On a busy machine the first token is late, so there are more pings.
        Assert.InRange(pings, 2, 20);
        Assert.DoesNotContain(texts[..^1], text => text.Contains("\"content\":\"\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_stops_reading_holds_the_provider_back_and_is_cut()
    {
        await using var own = await DragomanStack.StartSmallAsync(new Dictionary<string, string?>
        {
            ["DRAGOMAN__limits__keepAliveSeconds"] = "1",
            ["DRAGOMAN__limits__stalledClientSeconds"] = "2",
        });
        using var client = await RawSocketClient.ConnectAsync(own.Door.Port, OpenAI);
        await client.SendAsync(Chat("emulator/emulate-tokens-1000000", "stalls"));
        JsonElement? request = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                foreach (var each in await own.ProviderRequestsAsync())
                    request = each.GetProperty("method").ValueEquals("POST") ? each : request;
                return request?.GetProperty("disconnected").GetBoolean() == true;
            },
            () => $"the client was not cut: {request}");
        Assert.InRange(request!.Value.GetProperty("tokens").GetInt64(), 1, 500_000);
        await client.DrainAsync();
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_told_through_nginx()
    {
        await using var own = await DragomanStack.StartSmallAsync(new Dictionary<string, string?> { ["DRAGOMAN__limits__requestBytes"] = "100000" });
        using var client = await SocketClient.ConnectAsync(own.Door.Address, OpenAI);
        await client.SendAsync(Chat().PadRight(3_000_000));
        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(1009, (int)client.Socket.CloseStatus!.Value);
    }

    [Fact]
    public async Task A_sidecar_that_stops_closes_its_connections_and_lets_running_requests_end()
    {
        await using var own = await DragomanStack.StartSmallAsync();
        using var idle = await SocketClient.ConnectAsync(own.Door.Address, Ollama);
        using var client = await SocketClient.ConnectAsync(own.Door.Address, Ollama);
        await client.SendAsync(Chat("emulator/emulate-tps-20-tokens-30"));
        await client.ReceiveAsync();
        var ended = own.Sidecar.TerminateAsync();
        Assert.Null(await idle.ReceiveAsync());
        Assert.Equal(1001, (int)idle.Socket.CloseStatus!.Value);
        await client.ReceiveUntilAsync(SocketDialect.Ollama.IsGoodEnd);
        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(1001, (int)client.Socket.CloseStatus!.Value);
        await idle.CloseAsync();
        await client.CloseAsync();
        Assert.Equal(0, await ended);
    }

    [Fact]
    public async Task The_functions_alone_say_that_they_have_none()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, OpenAI);
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        using var answer = await stack.Functions!.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotImplemented, answer.StatusCode);
        Assert.Contains("sidecar", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
