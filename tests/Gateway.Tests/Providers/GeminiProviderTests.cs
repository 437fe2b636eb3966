using System.Net;
using System.Text.Json;

namespace Dragoman.Gateway.Tests.Providers;

/// <summary>Clients of Ollama and OpenAI reach Gemini through the whole gateway.</summary>
public sealed class GeminiProviderTests
{
    private const string Said = """{"candidates":[{"content":{"parts":[{"text":"Hel"},{"text":"lo"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"thoughtsTokenCount":4},"responseId":"r-1"}""";
    private const string Called = """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":1.0}},"thoughtSignature":"QQ=="}],"role":"model"},"index":0}]}""";
    private const string Stopped = """{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}]}""";

    [Fact]
    public async Task Both_clients_get_whole_and_streamed_answers()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("gemini");
        var seen = new List<string>();
        gateway.First.Answer = http =>
        {
            seen.Add($"{http.Request.Path}{http.Request.QueryString} {http.Request.Headers["x-goog-api-key"]} {http.Request.Headers.Authorization}");
            return http.Request.Path.Value!.EndsWith(":generateContent", StringComparison.Ordinal)
                ? ScriptedUpstream.WriteAsync(http, 200, "application/json", Said)
                : ScriptedUpstream.WriteEventsAsync(http, Said);
        };
        foreach (var streams in (string[])["false", "true"])
        {
            var (status, chat, _) = await gateway.PostAsync("/v1/chat/completions", $$"""{"model":"m","stream":{{streams}},"messages":[{"role":"user","content":"hi"}]}""");
            Assert.Equal(HttpStatusCode.OK, status);
            var (_, ollama, _) = await gateway.PostAsync("/api/chat", $$"""{"model":"m","stream":{{streams}},"messages":[{"role":"user","content":"hi"}]}""");
            if (streams == "true")
            {
                Assert.Contains("\"content\":\"lo\"", chat, StringComparison.Ordinal);
                Assert.EndsWith("data: [DONE]\n\n", chat, StringComparison.Ordinal);
                Assert.Equal(6, GatewayUnderTest.Json(ollama.TrimEnd('\n').Split('\n')[^1]).GetProperty("eval_count").GetInt32());
                continue;
            }

            Assert.Equal("Hello", GatewayUnderTest.Json(chat).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
            Assert.Equal(6, GatewayUnderTest.Json(chat).GetProperty("usage").GetProperty("completion_tokens").GetInt32());
            Assert.Equal("Hello", GatewayUnderTest.Json(ollama).GetProperty("message").GetProperty("content").GetString());
        }

        Assert.Equal("/v1/models/upstream-m:generateContent sentinel-secret ", seen[0]);
        Assert.Equal("/v1/models/upstream-m:streamGenerateContent?alt=sse sentinel-secret ", seen[2]);
    }

    [Fact]
    public async Task A_tool_loop_brings_back_the_signature_that_the_client_cannot_carry()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("gemini");
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, Called, Stopped);
        const string tools = """ "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"number"}}}}}] """;
        var (_, stream, _) = await gateway.PostAsync("/v1/chat/completions", $$"""{"model":"m","stream":true,{{tools}},"messages":[{"role":"user","content":"go"}]}""");
        Assert.Contains("\"finish_reason\":\"tool_calls\"", stream, StringComparison.Ordinal);
        Assert.DoesNotContain("\"finish_reason\":\"stop\"", stream, StringComparison.Ordinal);
        var id = System.Text.RegularExpressions.Regex.Match(stream, "\"id\":\"(call_[0-9a-f]{24})\"").Groups[1].Value;
        Assert.NotEmpty(id);

        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", Said);
        foreach (var (asked, called, signature) in ((string, string, string)[])[("go", id, "QQ=="), ("go", "call_of_its_own", "QQ=="), ("another", "call_of_its_own", "skip_thought_signature_validator")])
        {
            var (status, _, _) = await gateway.PostAsync(
                "/v1/chat/completions",
                $$$"""{"model":"m",{{{tools}}},"messages":[{"role":"user","content":"{{{asked}}}"},{"role":"assistant","tool_calls":[{"id":"{{{called}}}","type":"function","function":{"name":"f","arguments":"{\"a\":1.0}"}}]},{"role":"tool","tool_call_id":"{{{called}}}","content":"ok"}]}""");
            Assert.Equal(HttpStatusCode.OK, status);
            var contents = GatewayUnderTest.Json(gateway.First.Bodies[^1]).GetProperty("contents");
            Assert.Equal(signature, contents[1].GetProperty("parts")[0].GetProperty("thoughtSignature").GetString());
            Assert.Equal("f", contents[2].GetProperty("parts")[0].GetProperty("functionResponse").GetProperty("name").GetString());
        }
    }

    [Fact]
    public async Task Embeddings_come_from_batches()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("gemini");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", """{"embeddings":[{"values":[0.6,0.8]},{"values":[1,0]}]}""");
        var (status, body, _) = await gateway.PostAsync("/api/embed", """{"model":"vectors","input":["a","b"]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(2, GatewayUnderTest.Json(body).GetProperty("embeddings").GetArrayLength());
        Assert.Equal(2, GatewayUnderTest.Json(gateway.First.Bodies[0]).GetProperty("requests").GetArrayLength());
    }

    [Theory]
    [InlineData(400, """{"error":{"code":400,"message":"sentinel","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}""", 502)]
    [InlineData(404, """{"error":{"code":404,"message":"models/x is not found","status":"NOT_FOUND"}}""", 404)]
    [InlineData(429, """{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}""", 429)]
    [InlineData(503, """{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}""", 503)]
    public async Task A_refusal_reaches_the_client_in_its_own_form(int status, string body, int expected)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("gemini");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, status, "application/json", body);
        var (answered, text, _) = await gateway.PostAsync("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal(expected, (int)answered);
        Assert.Equal(JsonValueKind.Object, GatewayUnderTest.Json(text).GetProperty("error").ValueKind);
        Assert.DoesNotContain("sentinel", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_ends_in_an_error()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("gemini");
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, """{"candidates":[{"content":{"parts":[{"text":"Hel"}]},"index":0}]}""");
        var (_, body, _) = await gateway.PostAsync("/v1/chat/completions", """{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}""");
        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
        Assert.Contains("upstream_stream_truncated", body, StringComparison.Ordinal);
    }
}
