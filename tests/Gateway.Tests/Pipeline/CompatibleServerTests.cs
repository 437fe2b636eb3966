using System.Net;
using System.Text.Json;

namespace Dragoman.Gateway.Tests.Pipeline;

public sealed class CompatibleServerTests
{
    private const string OllamaChat = """{"model":"m","messages":[{"role":"user","content":"hi"}]}""";

    private static List<JsonElement> Lines(string body) => [.. body.TrimEnd('\n').Split('\n').Select(GatewayUnderTest.Json)];

    private static string Joined(IEnumerable<JsonElement> lines, string member) => string.Concat(lines.Select(line =>
        line.GetProperty("message").TryGetProperty(member, out var text) ? text.GetString() : null));

    [Fact]
    public async Task Reasoning_inside_the_text_comes_out_as_thinking()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(
            http,
            [.. ((string[])["", "\\u003cth", "ink>h", "m</", "think\\u003e\\n", "\\nHi", " <think>"]).Select(ScriptedUpstream.Delta), ScriptedUpstream.Finish, "[DONE]"]);
        var (_, body, _) = await gateway.PostAsync("/api/chat", OllamaChat);
        var lines = Lines(body);
        Assert.Equal(("hm", "Hi <think>"), (Joined(lines, "thinking"), Joined(lines, "content")));
    }

    [Fact]
    public async Task Reasoning_inside_the_text_of_a_whole_answer_comes_out_too_but_for_OpenAIs_clients_stays()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer.Replace("Hello", """<think>\nhm</think>\n\nHello""", StringComparison.Ordinal));
        var (_, body, _) = await gateway.PostAsync("/api/chat", """{"model":"m","stream":false,"messages":[{"role":"user","content":"hi"}]}""");
        var message = GatewayUnderTest.Json(body).GetProperty("message");
        Assert.Equal(("hm", "Hello"), (message.GetProperty("thinking").GetString(), message.GetProperty("content").GetString()));

        foreach (var member in (string[])["\"x\":1", "\"seed\":1"])
        {
            var (_, own, _) = await gateway.PostAsync("/v1/chat/completions", $"{{\"model\":\"m\",{member},\"messages\":[{{\"role\":\"developer\",\"content\":\"hi\"}}]}}");
            Assert.Equal("<think>\nhm</think>\n\nHello", GatewayUnderTest.Json(own).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        }
    }

    [Theory]
    [InlineData("generic", "\"temperature\":1.0", true)]
    [InlineData("generic", "\"repetition_penalty\":1.1", false)]
    [InlineData("generic", "\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", true)]
    [InlineData("generic", "\"max_completion_tokens\":5", true)]
    [InlineData("vllm", "\"repetition_penalty\":1.1", true)]
    [InlineData("vllm", "\"reasoning_effort\":\"none\"", false)]
    [InlineData("vllm", "\"reasoning_effort\":\"high\"", true)]
    [InlineData("lmstudio", "\"min_p\":0.1", false)]
    [InlineData("lmstudio", "\"max_completion_tokens\":5", false)]
    [InlineData("lmstudio", "\"response_format\":{\"type\":\"json_object\"}", false)]
    [InlineData("ollama", "\"max_tokens\":5.0", true)]
    [InlineData("ollama", "\"top_k\":5", false)]
    [InlineData("openai", "\"stop\":[\"a\",\"b\",\"c\",\"d\"]", true)]
    [InlineData("openai", "\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", false)]
    public async Task An_OpenAI_clients_request_is_written_anew_only_for_what_the_server_does_not_take(string server, string member, bool passesThrough)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: $"{{ \"server\": \"{server}\" }}");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        var request = $"{{ {member},\"messages\":[{{\"role\":\"user\",\"content\":\"hi\"}}],\"model\":\"m\" }}";
        var (status, _, _) = await gateway.PostAsync("/v1/chat/completions", request);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(passesThrough, gateway.First.Bodies[0] == request.Replace("\"m\"", "\"upstream-m\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{ "echoReasoningContent": "always" }""", true)]
    public async Task Earlier_reasoning_reaches_only_a_server_that_wants_it(string options, bool isSent)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: options);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        await gateway.PostAsync("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"a","reasoning_content":"hm"},{"role":"user","content":"b"}]}""");
        await gateway.PostAsync("/api/chat", """{"model":"m","stream":false,"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"a","thinking":"hm"},{"role":"user","content":"b"}]}""");
        Assert.All(gateway.First.Bodies, body => Assert.Equal(isSent, body.Contains("\"reasoning_content\":\"hm\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_that_refuses_stream_options_is_asked_without_and_remembered()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = http => gateway.First.Bodies[^1].Contains("stream_options", StringComparison.Ordinal)
            ? ScriptedUpstream.WriteAsync(http, 400, "application/json", """{"error":{"message":"Unrecognized request argument supplied: stream_options","type":"invalid_request_error"}}""")
            : ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hi"), ScriptedUpstream.Finish, "[DONE]");
        var (status, body, _) = await gateway.PostAsync("/api/chat", OllamaChat);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("Hi", Joined(Lines(body), "content"));
        Assert.Equal(2, gateway.First.Bodies.Count);
        await gateway.PostAsync("/api/chat", OllamaChat);
        Assert.Equal(3, gateway.First.Bodies.Count);

        // Another model of the same server may accept them.
        await gateway.PostAsync("/api/chat", OllamaChat.Replace("\"m\"", "\"one/other\"", StringComparison.Ordinal));
        Assert.Contains("stream_options", gateway.First.Bodies[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_tool_choice_reaches_a_server_of_words_as_one_required_tool()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: """{ "server": "lmstudio" }""");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        var (_, _, response) = await gateway.PostAsync(
            "/v1/chat/completions",
            """{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}],"tool_choice":{"type":"function","function":{"name":"g"}}}""");
        var sent = GatewayUnderTest.Json(gateway.First.Bodies[0]);
        Assert.Equal(("required", 1), (sent.GetProperty("tool_choice").GetString(), sent.GetProperty("tools").GetArrayLength()));
        Assert.Equal("tool_choice=emulated", response.Headers.GetValues("X-Dragoman-Losses").Single());
    }

    [Fact]
    public async Task A_result_for_an_unknown_call_never_reaches_the_provider()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        var (status, body, _) = await gateway.PostAsync(
            "/v1/chat/completions",
            """{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"b","content":"1"}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("messages[1].tool_call_id", GatewayUnderTest.Json(body).GetProperty("error").GetProperty("param").GetString());
        Assert.Empty(gateway.First.Bodies);
    }
}
