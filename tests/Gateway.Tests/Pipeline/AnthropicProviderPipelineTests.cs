using System.Net;
using System.Text.Json;
using Dragoman.Gateway.Tests.Conversation;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>OpenAI's and Ollama's clients in front of Anthropic, through the whole gateway.</summary>
public sealed class AnthropicProviderPipelineTests
{
    private const string Tools = """[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]""";

    private static Task Replay(HttpContext http, string name)
    {
        var fixture = WireFixture.Named("anthropic/" + name);
        return ScriptedUpstream.WriteAsync(http, fixture.Status, fixture.IsWholeBody ? "application/json" : "text/event-stream; charset=utf-8", System.Text.Encoding.UTF8.GetString(fixture.Body));
    }

    private static async Task<GatewayUnderTest> GatewayReplaying(params string[] names)
    {
        var gateway = await GatewayUnderTest.StartAsync("anthropic");
        var next = 0;
        gateway.First.Answer = http => Replay(http, names[Math.Min(next++, names.Length - 1)]);
        return gateway;
    }

    private static List<JsonElement> Chunks(string body) =>
        [.. body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(text => text["data: ".Length..]).Where(text => text != "[DONE]").Select(GatewayUnderTest.Json)];

    private static List<JsonElement> Lines(string body) => [.. body.TrimEnd('\n').Split('\n').Select(GatewayUnderTest.Json)];

    [Theory]
    [InlineData("nonstream-text", "Copenhagen.")]
    [InlineData("stream-text", "Hej med dig!")]
    public async Task A_whole_answer_reaches_an_OpenAI_client_however_the_provider_sends_it(string fixture, string text)
    {
        await using var gateway = await GatewayReplaying(fixture);
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", """{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        var choice = GatewayUnderTest.Json(body).GetProperty("choices")[0];
        Assert.Equal((text, "stop"), (choice.GetProperty("message").GetProperty("content").GetString(), choice.GetProperty("finish_reason").GetString()));
        var sent = GatewayUnderTest.Json(gateway.First.Bodies[0]);
        Assert.Equal(("upstream-m", "s"), (sent.GetProperty("model").GetString(), sent.GetProperty("system")[0].GetProperty("text").GetString()));
    }

    [Fact]
    public async Task A_stream_reaches_an_OpenAI_client()
    {
        await using var gateway = await GatewayReplaying("stream-text");
        var (_, body, _) = await gateway.PostAsync("/v1/chat/completions", """{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"}]}""");
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
        var chunks = Chunks(body);
        Assert.Equal("Hej med dig!", string.Concat(chunks.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray()).Select(choice =>
            choice.GetProperty("delta").TryGetProperty("content", out var text) ? text.GetString() : null)));
        Assert.Equal((14, 8), (chunks[^1].GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
    }

    [Fact]
    public async Task A_stream_reaches_an_Ollama_client()
    {
        await using var gateway = await GatewayReplaying("stream-text");
        var (_, body, _) = await gateway.PostAsync("/api/chat", """{"model":"m","messages":[{"role":"user","content":"hi"}],"options":{"temperature":2,"top_k":3}}""");
        var lines = Lines(body);
        Assert.Equal("Hej med dig!", string.Concat(lines.Select(line => line.GetProperty("message").GetProperty("content").GetString())));
        Assert.Equal((true, 8), (lines[^1].GetProperty("done").GetBoolean(), lines[^1].GetProperty("eval_count").GetInt32()));
        var sent = GatewayUnderTest.Json(gateway.First.Bodies[0]);
        Assert.Equal((1, 3, true), (sent.GetProperty("temperature").GetInt32(), sent.GetProperty("top_k").GetInt32(), sent.GetProperty("stream").GetBoolean()));
    }

    [Fact]
    public async Task A_tool_loop_gets_its_thinking_back_although_the_client_cannot_carry_it()
    {
        await using var gateway = await GatewayReplaying("stream-thinking-tools", "nonstream-text");
        var (_, first, _) = await gateway.PostAsync(
            "/v1/chat/completions",
            $$"""{"model":"m","reasoning_effort":"low","stream":true,"messages":[{"role":"user","content":"Weather?"}],"tools":{{Tools}}}""");
        var call = Chunks(first).SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray()).First(choice => choice.GetProperty("delta").TryGetProperty("tool_calls", out _))
            .GetProperty("delta").GetProperty("tool_calls")[0];
        var id = call.GetProperty("id").GetString();
        Assert.Equal("toolu_01ThinkDDDDDDDDDDDDDD", id);
        var (status, second, _) = await gateway.PostAsync(
            "/v1/chat/completions",
            $$"""
            {"model":"m","reasoning_effort":"low","tools":{{Tools}},"messages":[{"role":"user","content":"Weather?"},
             {"role":"assistant","content":null,"tool_calls":[{"id":"{{id}}","type":"function","function":{"name":"get_weather","arguments":"{\"city\": \"Aarhus\"}"} }]},
             {"role":"tool","tool_call_id":"{{id}}","content":"rain"}]}
            """);
        Assert.True(status == HttpStatusCode.OK, second);
        var sent = GatewayUnderTest.Json(gateway.First.Bodies[1]);
        Assert.Equal(
            """[{"type":"thinking","thinking":"I need the weather for Aarhus.","signature":"VEVTVC1zaWduYXR1cmUtb3BhcXVlLWtlZXAtdmVyYmF0aW0tMQ=="},{"type":"redacted_thinking","data":"VEVTVC1yZWRhY3RlZC10aGlua2luZy1kYXRh"},{"type":"tool_use","id":"toolu_01ThinkDDDDDDDDDDDDDD","name":"get_weather","input":{"city": "Aarhus"}}]""",
            sent.GetProperty("messages")[1].GetProperty("content").GetRawText());
        Assert.Equal("enabled", sent.GetProperty("thinking").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Parallel_calls_reach_an_Ollama_client()
    {
        await using var gateway = await GatewayReplaying("stream-tools-parallel");
        var (_, body, _) = await gateway.PostAsync("/api/chat", $$"""{"model":"m","stream":false,"messages":[{"role":"user","content":"hi"}],"tools":{{Tools}}}""");
        var message = GatewayUnderTest.Json(body).GetProperty("message");
        Assert.Equal("Let me check both.", message.GetProperty("content").GetString());
        Assert.Equal(["get_weather", "get_time"], message.GetProperty("tool_calls").EnumerateArray().Select(call => call.GetProperty("function").GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("error-529", HttpStatusCode.ServiceUnavailable)]
    [InlineData("stream-error-first-event", HttpStatusCode.ServiceUnavailable)]
    [InlineData("error-401", HttpStatusCode.BadGateway)]
    [InlineData("error-413", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("error-429-spend-limit", HttpStatusCode.TooManyRequests)]
    [InlineData("error-400-forced-tool", HttpStatusCode.BadRequest)]
    public async Task An_error_before_the_answer_has_its_status(string fixture, HttpStatusCode expected)
    {
        await using var gateway = await GatewayReplaying(fixture);
        foreach (var stream in (string[])["true", "false"])
        {
            var (openAI, _, _) = await gateway.PostAsync("/v1/chat/completions", $$"""{"model":"m","stream":{{stream}},"messages":[{"role":"user","content":"hi"}]}""");
            var (ollama, _, _) = await gateway.PostAsync("/api/chat", $$"""{"model":"m","stream":{{stream}},"messages":[{"role":"user","content":"hi"}]}""");
            Assert.Equal((expected, expected), (openAI, ollama));
        }
    }

    [Fact]
    public async Task An_error_in_the_middle_is_the_last_word()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("anthropic");
        var openAI = await ReadBrokenAsync(gateway, "/v1/chat/completions", """{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}""");
        Assert.DoesNotContain("[DONE]", openAI, StringComparison.Ordinal);
        Assert.Equal("Overloaded", Chunks(openAI)[^1].GetProperty("error").GetProperty("message").GetString());
        var ollama = await ReadBrokenAsync(gateway, "/api/chat", """{"model":"m","messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal("Overloaded", Lines(ollama)[^1].GetProperty("error").GetString());

        gateway.First.Answer = http => Replay(http, "stream-error-midway");
        var (status, _, _) = await gateway.PostAsync("/api/chat", """{"model":"m","stream":false,"messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
    }

    /// <summary>Returns all that the client receives when the provider fails after the beginning of the answer.</summary>
    private static async Task<string> ReadBrokenAsync(GatewayUnderTest gateway, string path, string request)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stream = System.Text.Encoding.UTF8.GetString(WireFixture.Named("anthropic/stream-error-midway").Body);
        var failure = stream.IndexOf("event: error", StringComparison.Ordinal);
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteAsync(http, 200, "text/event-stream", stream[..failure]);
            await begun.Task;
            await http.Response.WriteAsync(stream[failure..]);
        };
        using var response = await gateway.OpenAsync(path, request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        begun.SetResult();
        return await response.Content.ReadAsStringAsync();
    }

    [Fact]
    public async Task An_overloaded_provider_leaves_the_answer_to_the_next_target()
    {
        await using var gateway = await GatewayReplaying("stream-error-first-event");
        gateway.Second.Answer = http => Replay(http, "stream-text");
        var (status, body, _) = await gateway.PostAsync("/api/chat", """{"model":"both","stream":false,"messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Hej med dig!", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_for_a_model_without_them_is_answered_by_a_tool_and_read_as_text()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("anthropic");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", """
            {"id":"msg_1","type":"message","content":[{"type":"tool_use","id":"toolu_1","name":"answer","input":{"city":"Aarhus"}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":2}}
            """);
        var (_, body, response) = await gateway.PostAsync("/v1/chat/completions", """
            {"model":"m","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"city":{"type":"string"}}}}}}
            """);
        var choice = GatewayUnderTest.Json(body).GetProperty("choices")[0];
        Assert.Equal(("""{"city":"Aarhus"}""", "stop"), (choice.GetProperty("message").GetProperty("content").GetString(), choice.GetProperty("finish_reason").GetString()));
        Assert.Contains("response_format=emulated", Assert.Single(response.Headers.GetValues("X-Dragoman-Losses")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_are_refused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("anthropic");
        var (status, body, _) = await gateway.PostAsync("/v1/embeddings", """{"model":"vectors","input":"a"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("has no embeddings", body, StringComparison.Ordinal);
        Assert.Empty(gateway.First.Bodies);
    }
}
