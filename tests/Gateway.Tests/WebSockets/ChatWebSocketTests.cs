using System.Net;
using System.Net.WebSockets;
using System.Text.Json;

namespace Dragoman.Gateway.Tests.WebSockets;

/// <summary><c>/v1/chat/completions</c> and <c>/api/chat</c> as WebSockets, over a real connection.</summary>
[Trait("Category", "Streaming")]
public sealed class ChatWebSocketTests
{
    private const string OpenAI = "/v1/chat/completions";
    private const string Ollama = "/api/chat";
    private const string Ask = """{"model":"m","messages":[{"role":"user","content":"hi"}]}""";

    private static string AskAs(string id, string model = "m") => $$"""{"request_id":{{id}},"model":"{{model}}","messages":[{"role":"user","content":"hi"}]}""";

    private static bool IsLast(JsonElement message) =>
        message.TryGetProperty("error", out _)
        || (message.TryGetProperty("object", out var name) && name.ValueEquals("chat.completion.done"))
        || (message.TryGetProperty("done", out var done) && done.GetBoolean());

    private static async Task<GatewayUnderTest> Streaming(params string[] words)
    {
        var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, [.. words.Select(ScriptedUpstream.Delta), ScriptedUpstream.Finish, "[DONE]"]);
        return gateway;
    }

    /// <summary>An upstream that begins an answer and continues it only when the test allows it.</summary>
    private static TaskCompletionSource Hold(GatewayUnderTest gateway, string first = "one")
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta(first));
            await go.Task.WaitAsync(http.RequestAborted);
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Finish, "[DONE]");
        };
        return go;
    }

    [Fact]
    public async Task Each_chunk_of_OpenAI_is_a_message_and_the_end_is_one()
    {
        await using var gateway = await Streaming("Hel", "lo");
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        await client.SendAsync(Ask);
        var messages = await client.ReceiveUntilAsync(IsLast);
        Assert.Equal("Hello", string.Concat(messages[..^1].SelectMany(message => message.GetProperty("choices").EnumerateArray()).Select(choice => choice.GetProperty("delta").TryGetProperty("content", out var text) ? text.GetString() : "")));
        Assert.All(messages[..^1], message => Assert.Equal("chat.completion.chunk", message.GetProperty("object").GetString()));
        Assert.Equal("""{"object":"chat.completion.done"}""", messages[^1].GetRawText());
        var sent = GatewayUnderTest.Json(Assert.Single(gateway.First.Bodies));
        Assert.True(sent.GetProperty("stream").GetBoolean());
    }

    [Fact]
    public async Task Each_line_of_Ollama_is_a_message()
    {
        await using var gateway = await Streaming("Hel", "lo");
        using var client = await MessageClient.ConnectAsync(gateway, Ollama);
        await client.SendAsync(Ask);
        var messages = await client.ReceiveUntilAsync(IsLast);
        Assert.Equal("Hello", string.Concat(messages.Select(message => message.GetProperty("message").GetProperty("content").GetString())));
        Assert.Equal("m", messages[^1].GetProperty("model").GetString());
    }

    [Theory]
    [InlineData(OpenAI)]
    [InlineData(Ollama)]
    public async Task The_first_message_tells_what_a_head_would_and_every_message_the_client_s_id(string path)
    {
        await using var gateway = await Streaming("a", "b");
        using var client = await MessageClient.ConnectAsync(gateway, path);
        await client.SendAsync($$$"""{{{{(path == Ollama ? "\"options\":{\"top_k\":3}" : "\"top_k\":3")}}},"request_id":"a \"quoted\" one","model":"m","messages":[{"role":"user","content":"hi"}]}""");
        var messages = await client.ReceiveUntilAsync(IsLast);
        var headers = messages[0].GetProperty("headers");
        Assert.Equal("top_k=dropped", headers.GetProperty("x-dragoman-losses").GetString());
        Assert.EndsWith("-1", headers.GetProperty("x-request-id").GetString(), StringComparison.Ordinal);
        Assert.All(messages[1..], message => Assert.False(message.TryGetProperty("headers", out _)));
        Assert.All(messages, message => Assert.Equal(("request_id", "a \"quoted\" one"), (message.EnumerateObject().Last().Name, message.EnumerateObject().Last().Value.GetString())));
        Assert.False(GatewayUnderTest.Json(gateway.First.Bodies[0]).TryGetProperty("request_id", out _));
        await client.SendAsync(AskAs("-7.5e3"));
        Assert.All(await client.ReceiveUntilAsync(IsLast), message => Assert.Equal("-7.5e3", message.GetProperty("request_id").GetRawText()));
    }

    [Theory]
    [InlineData(OpenAI)]
    [InlineData(Ollama)]
    public async Task Without_a_stream_the_answer_is_one_message(string path)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        using var client = await MessageClient.ConnectAsync(gateway, path);
        for (var round = 0; round < 2; round++)
        {
            await client.SendAsync("""{"stream":false,"model":"m","messages":[{"role":"user","content":"hi"}],"request_id":1}""");
            var message = await client.ReceiveAsync();
            Assert.Contains("\"Hello\"", message.GetRawText(), StringComparison.Ordinal);
            Assert.Equal(1, message.GetProperty("request_id").GetInt32());
        }
    }

    [Fact]
    public async Task Requests_are_answered_one_after_the_other_in_their_order()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var go = Hold(gateway);
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        await client.SendAsync(AskAs("1"));
        await client.ReceiveAsync();
        await client.SendAsync(AskAs("2"));
        await client.SendAsync(AskAs("3"));
        go.SetResult();
        var ids = new List<int>();
        for (var ends = 0; ends < 3;)
        {
            var message = await client.ReceiveAsync();
            ids.Add(message.GetProperty("request_id").GetInt32());
            ends += IsLast(message) ? 1 : 0;
        }

        Assert.Equal(ids.Order(), ids);
        Assert.Equal(3, gateway.First.Bodies.Count);
    }

    [Theory]
    [InlineData(OpenAI, """{"model":"nope","messages":[{"role":"user","content":"hi"}]}""", 404, "nope")]
    [InlineData(Ollama, """{"model":"nope","messages":[{"role":"user","content":"hi"}]}""", 404, "nope")]
    [InlineData(OpenAI, """{"model":"m","messages":7}""", 400, "messages")]
    [InlineData(OpenAI, "{\"model\":", 400, "not valid JSON")]
    [InlineData(Ollama, "[1", 400, "not valid JSON")]
    [InlineData(Ollama, "", 400, "missing request body")]
    [InlineData(OpenAI, """{"type":"shout"}""", 400, "type must be cancel")]
    [InlineData(OpenAI, """{"request_id":{},"model":"m"}""", 400, "request_id must be")]
    public async Task A_failure_is_one_message_with_its_status_and_the_connection_stays(string path, string request, int status, string told)
    {
        await using var gateway = await Streaming("a");
        using var client = await MessageClient.ConnectAsync(gateway, path);
        await client.SendAsync(request);
        var failure = await client.ReceiveAsync();
        Assert.Equal(status, failure.GetProperty("status").GetInt32());
        var error = failure.GetProperty("error");
        Assert.Contains(told, path == Ollama ? error.GetString() : error.GetProperty("message").GetString(), StringComparison.Ordinal);
        await client.SendAsync(Ask);
        Assert.Equal(JsonValueKind.Undefined, (await client.ReceiveUntilAsync(IsLast))[^1].TryGetProperty("error", out var none) ? none.ValueKind : default);
    }

    [Fact]
    public async Task A_failure_of_the_provider_has_its_status_and_how_long_to_wait()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http =>
        {
            http.Response.Headers.RetryAfter = "7";
            return ScriptedUpstream.WriteAsync(http, 429, "application/json", """{"message":"slow down","type":"x","code":"1"}""");
        };
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        await client.SendAsync(AskAs("\"q\""));
        var failure = await client.ReceiveAsync();
        Assert.Equal((429, "q", "7"), (failure.GetProperty("status").GetInt32(), failure.GetProperty("request_id").GetString(), failure.GetProperty("headers").GetProperty("retry-after").GetString()));
    }

    [Fact]
    public async Task A_stream_that_breaks_off_ends_in_an_error_and_the_connection_stays()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("one"));
            await arrived.Task;
            http.Abort();
        };
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        await client.SendAsync(Ask);
        await client.ReceiveAsync();
        arrived.SetResult();
        var messages = await client.ReceiveUntilAsync(IsLast);
        Assert.Equal("upstream_stream_truncated", messages[^1].GetProperty("error").GetProperty("code").GetString());
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("two"), ScriptedUpstream.Finish);
        await client.SendAsync(Ask);
        Assert.Equal("chat.completion.done", (await client.ReceiveUntilAsync(IsLast))[^1].GetProperty("object").GetString());
    }

    [Theory]
    [InlineData(OpenAI, """{"type":"cancel"}""")]
    [InlineData(OpenAI, """{"type":"cancel","request_id":"run"}""")]
    [InlineData(Ollama, """{"type":"cancel"}""")]
    public async Task A_cancel_ends_the_running_request_and_the_connection_stays(string path, string cancel)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        Hold(gateway);
        using var client = await MessageClient.ConnectAsync(gateway, path);
        await client.SendAsync(AskAs("\"run\""));
        await client.ReceiveAsync();
        await client.SendAsync("""{"type":"cancel","request_id":"another"}""");
        await client.SendAsync(cancel);
        var last = (await client.ReceiveUntilAsync(IsLast))[^1];
        Assert.Equal((499, "run"), (last.GetProperty("status").GetInt32(), last.GetProperty("request_id").GetString()));
        await gateway.First.ClientLeft.Task.WaitAsync(TimeSpan.FromSeconds(30));
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("two"), ScriptedUpstream.Finish);
        await client.SendAsync(Ask);
        Assert.False((await client.ReceiveUntilAsync(IsLast))[^1].TryGetProperty("error", out _));
    }

    [Fact]
    public async Task A_request_that_waits_can_be_cancelled_and_is_never_sent()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        Hold(gateway);
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        await client.SendAsync(AskAs("1"));
        await client.ReceiveAsync();
        await client.SendAsync(AskAs("2", "second"));
        await client.SendAsync("""{"type":"cancel","request_id":2}""");
        // When this cancellation has taken effect, the message before it has arrived too.
        await client.SendAsync("""{"type":"cancel","request_id":1}""");
        var first = await client.ReceiveUntilAsync(IsLast);
        Assert.Equal(1, first[^1].GetProperty("request_id").GetInt32());
        var second = await client.ReceiveAsync();
        Assert.Equal((2, 499), (second.GetProperty("request_id").GetInt32(), second.GetProperty("status").GetInt32()));
        Assert.Empty(gateway.Second.Bodies);
    }

    [Fact]
    public async Task Too_many_requests_are_refused_in_their_turn()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var go = Hold(gateway);
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        for (var number = 0; number < 20; number++)
            await client.SendAsync(AskAs($"{number}"));
        // When this cancellation has taken effect, all messages before it have arrived.
        await client.SendAsync("""{"type":"cancel","request_id":0}""");
        await client.ReceiveUntilAsync(IsLast);
        go.SetResult();
        var refused = new List<int>();
        for (var ends = 1; ends < 20;)
        {
            var message = await client.ReceiveAsync();
            if (!IsLast(message))
                continue;
            ends++;
            if (message.TryGetProperty("error", out var error) && error.GetProperty("code").ValueEquals("rate_limit_exceeded"))
                refused.Add(message.GetProperty("request_id").GetInt32());
        }

        Assert.Equal([17, 18, 19], refused);
    }

    /// <summary>A client that sends its next request as soon as it has an answer may do so before the answered request is settled.</summary>
    [Fact]
    public async Task The_running_request_is_not_one_that_waits()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var go = Hold(gateway);
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        foreach (var id in new[] { "1", "2", "3" })
            await client.SendAsync(AskAs(id).Replace("hi", new string('a', 60_000), StringComparison.Ordinal));
        // When this cancellation has taken effect, all messages before it have arrived.
        await client.SendAsync("""{"type":"cancel","request_id":1}""");
        List<(int Id, bool IsRefused)> ends = [];
        while (ends.Count < 3)
        {
            var last = (await client.ReceiveUntilAsync(IsLast))[^1];
            go.TrySetResult();
            ends.Add((last.GetProperty("request_id").GetInt32(), last.TryGetProperty("error", out var error) && error.GetProperty("code").ValueEquals("rate_limit_exceeded")));
        }

        Assert.Equal([(1, false), (2, false), (3, true)], ends);
    }

    [Fact]
    public async Task A_client_that_closes_cancels_the_provider_and_gets_its_close_frame_back()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        Hold(gateway);
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        await client.SendAsync(Ask);
        await client.ReceiveAsync();
        await client.CloseAsync();
        await gateway.First.ClientLeft.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(WebSocketState.Closed, client.Socket.State);
    }

    [Fact]
    public async Task A_client_that_breaks_off_cancels_the_provider()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        Hold(gateway);
        using var client = await MessageClient.ConnectAsync(gateway, Ollama);
        await client.SendAsync(Ask);
        await client.ReceiveAsync();
        client.Socket.Abort();
        await gateway.First.ClientLeft.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_message_may_come_in_fragments()
    {
        await using var gateway = await Streaming("a");
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        foreach (var letter in Ask[..^1])
            await client.SendAsync($"{letter}", endOfMessage: false);
        await client.SendAsync("}");
        Assert.False((await client.ReceiveUntilAsync(IsLast))[^1].TryGetProperty("error", out _));
    }

    [Fact]
    public async Task A_message_that_is_too_large_closes_the_connection_and_one_of_the_limit_s_size_does_not()
    {
        await using var gateway = await Streaming("a");
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        await client.SendAsync(Ask.PadRight(100_000));
        await client.ReceiveUntilAsync(IsLast);
        await client.SendAsync(Ask.PadRight(100_001));
        Assert.Equal((1009, "a message may have 100000 bytes"), await client.ReceiveCloseAsync());
        await client.CloseAsync();
    }

    [Fact]
    public async Task A_binary_message_closes_the_connection()
    {
        await using var gateway = await Streaming("a");
        using var client = await MessageClient.ConnectAsync(gateway, Ollama);
        await client.SendBytesAsync("{}"u8.ToArray(), WebSocketMessageType.Binary);
        Assert.Equal(1003, (await client.ReceiveCloseAsync()).Status);
    }

    [Fact]
    public async Task Text_that_is_not_UTF_8_closes_the_connection()
    {
        await using var gateway = await Streaming("a");
        using var client = await MessageClient.ConnectAsync(gateway, Ollama);
        await client.SendBytesAsync([(byte)'"', 0xC3, (byte)'"']);
        Assert.Equal(1007, (await client.ReceiveCloseAsync()).Status);
    }

    [Fact]
    public async Task A_connection_ends_after_an_hour_and_says_why()
    {
        await using var gateway = await Streaming("a");
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        for (var requests = 0; requests < 2; requests++)
        {
            gateway.Clock.Advance(TimeSpan.FromMinutes(25));
            await client.SendAsync(Ask);
            await client.ReceiveUntilAsync(IsLast);
        }

        gateway.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("websocket_connection_limit_reached", (await client.ReceiveAsync()).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal((1001, "the connection has lasted 60 minutes"), await client.ReceiveCloseAsync());
    }

    [Fact]
    public async Task A_connection_without_a_request_ends_after_half_an_hour()
    {
        await using var gateway = await Streaming("a");
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        var start = gateway.Clock.GetUtcNow();
        gateway.Clock.Advance(TimeSpan.FromMinutes(5));
        await client.SendAsync(Ask);
        await client.ReceiveUntilAsync(IsLast);
        // The half hour begins after the last message, perhaps one step late, and still ends within the connection's hour.
        Assert.Equal((1001, "no request for 30 minutes"), await gateway.PassTimeUntilAsync(TimeSpan.FromMinutes(8), client.ReceiveCloseAsync()));
        Assert.InRange((gateway.Clock.GetUtcNow() - start).TotalMinutes, 35, 59);
    }

    [Fact]
    public async Task A_gateway_that_stops_lets_the_running_request_end_and_closes()
    {
        var gateway = await GatewayUnderTest.StartAsync();
        var go = Hold(gateway);
        using var client = await MessageClient.ConnectAsync(gateway, OpenAI);
        using var idle = await MessageClient.ConnectAsync(gateway, Ollama);
        await client.SendAsync(AskAs("1"));
        await client.ReceiveAsync();
        var stopping = gateway.StopAsync();
        Assert.Equal((1001, "the gateway is being stopped"), await idle.ReceiveCloseAsync());
        await idle.CloseAsync();
        go.SetResult();
        var first = await client.ReceiveUntilAsync(IsLast);
        Assert.Equal("chat.completion.done", first[^1].GetProperty("object").GetString());
        Assert.Equal(1001, (await client.ReceiveCloseAsync()).Status);
        await client.CloseAsync();
        await stopping;
        await gateway.DisposeAsync();
    }

    [Theory]
    [InlineData(OpenAI)]
    [InlineData(Ollama)]
    [InlineData("/v1/responses")]
    public async Task Without_an_upgrade_the_path_still_takes_posts_alone(string path)
    {
        await using var gateway = await Streaming("a");
        using var answer = await gateway.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
    }

    [Theory]
    [InlineData(true, OpenAI, "12", "dGhlIHNhbXBsZSBub25jZQ==", HttpStatusCode.BadRequest)]
    [InlineData(true, OpenAI, "13", "short", HttpStatusCode.BadRequest)]
    [InlineData(true, "/v1/completions", "13", "dGhlIHNhbXBsZSBub25jZQ==", HttpStatusCode.MethodNotAllowed)]
    [InlineData(false, OpenAI, "13", "dGhlIHNhbXBsZSBub25jZQ==", HttpStatusCode.NotImplemented)]
    [InlineData(true, OpenAI, "13", "dGhlIHNhbXBsZSBub25jZQ==", HttpStatusCode.SwitchingProtocols)]
    public async Task A_handshake_is_refused_in_the_dialect_s_words(bool isSidecar, string path, string version, string key, HttpStatusCode status)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(handsOver: isSidecar);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Connection", "keep-alive, Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", version);
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", key);
        using var answer = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(status, answer.StatusCode);
        if (status == HttpStatusCode.SwitchingProtocols)
            // RFC 6455, section 1.3.
            Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", Assert.Single(answer.Headers.GetValues("Sec-WebSocket-Accept")));
        else
            Assert.True(GatewayUnderTest.Json(await answer.Content.ReadAsStringAsync()).TryGetProperty("error", out _));
        if (version == "12")
            Assert.Equal("13", Assert.Single(answer.Headers.GetValues("Sec-WebSocket-Version")));
    }

    [Theory]
    [InlineData("https://evil.example", null)]
    [InlineData(null, "evil.example")]
    public async Task A_foreign_page_and_a_foreign_name_open_no_WebSocket(string? origin, string? host)
    {
        await using var gateway = await Streaming("a");
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        if (host is not null)
            socket.Options.SetRequestHeader("Host", host);
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new UriBuilder(gateway.Client.BaseAddress!) { Scheme = "ws", Path = OpenAI }.Uri, default));
        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }
}
