using System.Text.Json;

namespace Dragoman.Gateway.Tests.WebSockets;

/// <summary><c>/v1/responses</c> in OpenAI's WebSocket mode, over a real connection.</summary>
[Trait("Category", "Streaming")]
public sealed class ResponsesWebSocketTests
{
    private const string Path = "/v1/responses";

    private static bool IsLast(JsonElement message) => message.GetProperty("type").GetString() is "response.completed" or "response.incomplete" or "response.failed" or "error";

    private static string Create(string input, string more = "") => $$"""{"type":"response.create","model":"m","input":{{input}}{{more}}}""";

    private static async Task<GatewayUnderTest> Answering(string word = "Hello")
    {
        var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta(word), ScriptedUpstream.Finish, "[DONE]");
        return gateway;
    }

    /// <summary>The role and the text of each message that the provider, which speaks chat completions, received.</summary>
    private static List<string> Told(GatewayUnderTest gateway, int request) =>
        [.. GatewayUnderTest.Json(gateway.First.Bodies[request]).GetProperty("messages").EnumerateArray().Select(message => $"{message.GetProperty("role").GetString()}: {TextOf(message.GetProperty("content"))}")];

    private static string? TextOf(JsonElement content) => content.ValueKind == JsonValueKind.String ? content.GetString() : string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString()));

    private static string IdOf(JsonElement last) => last.GetProperty("response").GetProperty("id").GetString()!;

    private static async Task<JsonElement> LastAsync(MessageClient client) => (await client.ReceiveUntilAsync(IsLast))[^1];

    [Fact]
    public async Task Events_are_messages_and_turns_follow_each_other()
    {
        await using var gateway = await Answering();
        using var client = await MessageClient.ConnectAsync(gateway, Path);
        for (var turn = 0; turn < 2; turn++)
        {
            await client.SendAsync(Create("\"hi\"", ",\"stream\":false"));
            var events = await client.ReceiveUntilAsync(IsLast);
            Assert.Equal("response.created", events[0].GetProperty("type").GetString());
            Assert.Equal("response.completed", events[^1].GetProperty("type").GetString());
            Assert.Equal(Enumerable.Range(0, events.Count), events.Select(each => each.GetProperty("sequence_number").GetInt32()));
            Assert.Contains(events, each => each.GetProperty("type").ValueEquals("response.output_text.delta") && each.GetProperty("delta").ValueEquals("Hello"));
            Assert.All(events, each => Assert.False(each.TryGetProperty("stream_id", out _)));
        }
    }

    [Fact]
    public async Task A_response_is_continued_though_the_provider_keeps_none()
    {
        await using var gateway = await Answering();
        using var client = await MessageClient.ConnectAsync(gateway, Path);
        await client.SendAsync(Create("\"one\""));
        var first = IdOf(await LastAsync(client));
        await client.SendAsync(Create("""[{"role":"user","content":"two"}]""", $",\"previous_response_id\":\"{first}\",\"instructions\":\"be brief\""));
        var second = IdOf(await LastAsync(client));
        await client.SendAsync(Create("\"three\"", $",\"previous_response_id\":\"{second}\""));
        var third = await LastAsync(client);
        Assert.Equal("response.completed", third.GetProperty("type").GetString());
        Assert.Equal(["user: one", "assistant: Hello", "user: two", "assistant: Hello", "user: three"], Told(gateway, 2));
        Assert.Equal(["system: be brief", "user: one", "assistant: Hello", "user: two"], Told(gateway, 1));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task An_older_response_is_not_found_and_nothing_after_a_failed_continuation()
    {
        await using var gateway = await Answering();
        using var client = await MessageClient.ConnectAsync(gateway, Path);
        await client.SendAsync(Create("\"one\""));
        var first = IdOf(await LastAsync(client));
        await client.SendAsync(Create("\"two\"", $",\"previous_response_id\":\"{first}\""));
        var second = IdOf(await LastAsync(client));
        await client.SendAsync(Create("\"again\"", $",\"previous_response_id\":\"{first}\""));
        var error = await LastAsync(client);
        Assert.Equal((400, "previous_response_not_found", "previous_response_id"), (error.GetProperty("status").GetInt32(), error.GetProperty("error").GetProperty("code").GetString(), error.GetProperty("error").GetProperty("param").GetString()));
        Assert.Equal("type", error.EnumerateObject().First().Name);
        // The latest response is still there, until a continuation of it fails.
        await client.SendAsync(Create("7", $",\"previous_response_id\":\"{second}\""));
        Assert.Equal("error", (await LastAsync(client)).GetProperty("type").GetString());
        await client.SendAsync(Create("\"three\"", $",\"previous_response_id\":\"{second}\""));
        Assert.Equal("previous_response_not_found", (await LastAsync(client)).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(2, gateway.First.Bodies.Count);
    }

    [Fact]
    public async Task A_warm_up_gives_an_id_to_go_on_from_and_asks_no_provider()
    {
        await using var gateway = await Answering();
        using var client = await MessageClient.ConnectAsync(gateway, Path);
        await client.SendAsync("""{"type":"response.create","model":"m","generate":false,"input":[{"role":"developer","content":"rules"}]}""");
        var events = await client.ReceiveUntilAsync(IsLast);
        Assert.Equal([("response.created", "in_progress"), ("response.completed", "completed")], events.Select(each => (each.GetProperty("type").GetString()!, each.GetProperty("response").GetProperty("status").GetString()!)));
        Assert.Equal(0, events[1].GetProperty("response").GetProperty("output").GetArrayLength());
        Assert.Empty(gateway.First.Bodies);
        await client.SendAsync(Create("\"one\"", $",\"generate\":true,\"previous_response_id\":\"{IdOf(events[1])}\""));
        await LastAsync(client);
        Assert.Equal(["system: rules", "user: one"], Told(gateway, 0));
        await client.SendAsync("""{"type":"response.create","model":"m","generate":false}""");
        Assert.Equal("response.completed", (await LastAsync(client)).GetProperty("type").GetString());
        await client.SendAsync("""{"type":"response.create","model":"nope","generate":false}""");
        Assert.Equal(404, (await LastAsync(client)).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Streams_are_named_and_can_fork()
    {
        await using var gateway = await Answering();
        using var client = await MessageClient.ConnectAsync(gateway, Path);
        await client.SendAsync(Create("\"plan\"", ",\"stream_id\":\"planner\""));
        await client.SendAsync(Create("\"risks\"", ",\"stream_id\":\"research\""));
        var plan = await client.ReceiveUntilAsync(IsLast);
        Assert.All(plan, each => Assert.Equal("planner", each.GetProperty("stream_id").GetString()));
        Assert.All(await client.ReceiveUntilAsync(IsLast), each => Assert.Equal("research", each.GetProperty("stream_id").GetString()));
        foreach (var stream in (string[])["critic", "planner"])
        {
            await client.SendAsync(Create("\"more\"", $",\"stream_id\":\"{stream}\",\"previous_response_id\":\"{IdOf(plan[^1])}\""));
            Assert.Equal("response.completed", (await LastAsync(client)).GetProperty("type").GetString());
        }

        Assert.Equal(["user: plan", "assistant: Hello", "user: more"], Told(gateway, 2));
        Assert.Equal(["user: plan", "assistant: Hello", "user: more"], Told(gateway, 3));
        Assert.DoesNotContain("stream_id", gateway.First.Bodies[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_has_32_named_streams()
    {
        await using var gateway = await Answering();
        using var client = await MessageClient.ConnectAsync(gateway, Path);
        for (var stream = 0; stream < 33; stream++)
        {
            await client.SendAsync($$"""{"type":"response.create","model":"m","generate":false,"stream_id":"s.{{stream}}"}""");
            var last = await LastAsync(client);
            Assert.Equal(stream == 32 ? "error" : "response.completed", last.GetProperty("type").GetString());
            if (stream == 32)
                Assert.Equal("websocket_stream_limit_reached", last.GetProperty("error").GetProperty("code").GetString());
        }
    }

    [Theory]
    [InlineData("""{"type":"response.update"}""", null, "type")]
    [InlineData("""{"model":"m","input":"a"}""", null, "type")]
    [InlineData("""{"type":"response.create","stream_id":"","model":"m","input":"a"}""", "invalid_stream_id", "stream_id")]
    [InlineData("""{"type":"response.create","stream_id":7,"model":"m","input":"a"}""", "invalid_stream_id", "stream_id")]
    [InlineData("""{"type":"response.create","model":"m"}""", null, "input")]
    [InlineData("""{"type":"response.create","model":"nope","input":"a"}""", "model_not_found", "model")]
    [InlineData("nonsense", null, null)]
    public async Task A_failure_is_an_error_event_and_the_connection_stays(string request, string? code, string? param)
    {
        await using var gateway = await Answering();
        using var client = await MessageClient.ConnectAsync(gateway, Path);
        await client.SendAsync(request);
        var error = await client.ReceiveAsync();
        Assert.Equal("error", error.GetProperty("type").GetString());
        Assert.InRange(error.GetProperty("status").GetInt32(), 400, 404);
        Assert.Equal((code, param), (error.GetProperty("error").GetProperty("code").GetString(), error.GetProperty("error").GetProperty("param").GetString()));
        await client.SendAsync(Create("\"hi\""));
        Assert.Equal("response.completed", (await LastAsync(client)).GetProperty("type").GetString());
    }

    [Fact]
    public async Task What_is_kept_is_no_larger_than_a_request_may_be()
    {
        await using var gateway = await Answering();
        using var client = await MessageClient.ConnectAsync(gateway, Path);
        await client.SendAsync(Create($"\"{new string('a', 99_900)}\""));
        var id = IdOf(await LastAsync(client));
        await client.SendAsync(Create("\"more\"", $",\"previous_response_id\":\"{id}\""));
        Assert.Equal("previous_response_not_found", (await LastAsync(client)).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_cancel_ends_the_running_response()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("one"));
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        using var client = await MessageClient.ConnectAsync(gateway, Path);
        await client.SendAsync(Create("\"hi\""));
        await client.ReceiveAsync();
        await client.SendAsync("""{"type":"response.cancel"}""");
        var last = await LastAsync(client);
        Assert.Equal((499, "request_cancelled"), (last.GetProperty("status").GetInt32(), last.GetProperty("error").GetProperty("code").GetString()));
    }

    /// <summary>OpenAI continues an answer that it gave and stores. The gateway continues one that OpenAI does not store.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task OpenAI_continues_what_it_keeps(bool isKept, bool isEncrypted)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: """{"server":"openai"}""", upstreamModel: "gpt-5.6-terra");
        var encrypted = isEncrypted ? ",\"encrypted_content\":\"abc\"" : "";
        var response = $$$"""{"id":"resp_1","object":"response","model":"gpt-5.6-terra","store":{{{(isKept ? "true" : "false")}}},"status":"completed","output":[{"id":"rs_1","type":"reasoning","summary":[]{{{encrypted}}}},{"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hello","annotations":[]}]}],"usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}""";
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(
            http, 200, "text/event-stream",
            string.Concat(new[]
            {
                ("response.created", """{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","model":"gpt-5.6-terra","status":"in_progress","output":[]}}"""),
                ("response.output_text.delta", """{"type":"response.output_text.delta","sequence_number":1,"item_id":"msg_1","output_index":1,"content_index":0,"delta":"Hello"}"""),
                ("response.completed", $$$"""{"type":"response.completed","sequence_number":2,"response":{{{response}}}}"""),
            }.Select(each => $"event: {each.Item1}\ndata: {each.Item2}\n\n")));
        using var client = await MessageClient.ConnectAsync(gateway, Path);
        await client.SendAsync(Create("\"one\""));
        Assert.Equal("resp_1", IdOf(await LastAsync(client)));
        await client.SendAsync(Create("\"two\"", ",\"previous_response_id\":\"resp_1\""));
        await LastAsync(client);
        var second = GatewayUnderTest.Json(gateway.First.Bodies[1]);
        Assert.Equal(isKept, second.TryGetProperty("previous_response_id", out _));
        if (isKept)
        {
            Assert.Equal("two", second.GetProperty("input").GetString());
            return;
        }

        var items = second.GetProperty("input").EnumerateArray().Select(item => item.TryGetProperty("id", out var id) ? id.GetString() : item.GetProperty("role").GetString()).ToList();
        Assert.Equal(isEncrypted ? ["user", "rs_1", "msg_1", "user"] : ["user", "assistant", "user"], items);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_stays_what_it_is()
    {
        await using var gateway = await Answering("""\ud83d""");
        using var client = await MessageClient.ConnectAsync(gateway, Path);
        await client.SendAsync(Create("""[{"role":"user","content":"\ud83d","\udc00":1}]"""));
        var id = IdOf(await LastAsync(client));
        await client.SendAsync(Create("\"go on\"", $",\"previous_response_id\":\"{id}\""));
        Assert.Equal("response.completed", (await LastAsync(client)).GetProperty("type").GetString());
    }
}
