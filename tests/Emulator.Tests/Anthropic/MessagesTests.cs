using Xunit;

namespace Dragoman.Emulator.Tests.Anthropic;

public sealed class MessagesTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private const string Path = "/anthropic/v1/messages";
    private const string Tool = """{"name":"get_time","input_schema":{"type":"object","properties":{"zone":{"type":"string"}},"required":["zone"]}}""";

    private static string Ask(string more = "", string model = "claude-sonnet-5", string messages = """{"role":"user","content":"get_time"}""") =>
        $$"""{"model":"{{model}}","max_tokens":2000,"messages":[{{messages}}]{{more}}}""";

    [Fact]
    public async Task Blocks_come_one_after_the_other()
    {
        using var response = await emulator.SendAsync(Path, Ask($$""","stream":true,"thinking":{"type":"adaptive"},"tools":[{{Tool}}]"""));
        Assert.True(response.Headers.Contains("request-id"));
        var names = (await response.Content.ReadAsStringAsync()).Split('\n').Where(line => line.StartsWith("event: ", StringComparison.Ordinal)).Select(line => line[7..]).ToList();
        Assert.Equal(["message_start", "content_block_start", "ping"], names[..3]);
        Assert.Equal(["content_block_stop", "message_delta", "message_stop"], names[^3..]);
        var open = 0;
        foreach (var name in names)
        {
            open += name switch { "content_block_start" => 1, "content_block_stop" => -1, _ => 0 };
            Assert.InRange(open, 0, 1);
            Assert.True(name != "content_block_delta" || open == 1);
        }
    }

    [Theory]
    [InlineData("claude-opus-4-6", ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":500}", "greater than or equal to 1024")]
    [InlineData("claude-opus-4-6", ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":3000}", "`max_tokens` must be greater than `thinking.budget_tokens`")]
    [InlineData("claude-haiku-4-5", ",\"thinking\":{\"type\":\"adaptive\"}", "thinking.type.adaptive")]
    [InlineData("claude-sonnet-5-5", ",\"thinking\":{\"type\":\"disabled\"}", "thinking.type.disabled")]
    [InlineData("claude-opus-5", ",\"thinking\":{\"type\":\"disabled\"},\"output_config\":{\"effort\":\"max\"}", "not supported with effort")]
    [InlineData("claude-sonnet-5-5", ",\"thinking\":{\"type\":\"between_tools\"},\"output_config\":{\"effort\":\"xhigh\"}", "not supported with effort")]
    [InlineData("claude-opus-4-8", ",\"top_p\":0.5", "top_p")]
    [InlineData("claude-opus-4-8", ",\"top_k\":5", "top_k")]
    [InlineData("claude-haiku-4-5", ",\"temperature\":2", "temperature: Input should be less than or equal to 1")]
    [InlineData("claude-haiku-4-5", ",\"tool_choice\":{\"type\":\"any\"}", "tool_choice")]
    [InlineData("claude-haiku-4-5", ",\"max_tokens\":70000", "max_tokens: 70000 > 64000")]
    public async Task A_rule_of_the_model_is_named(string model, string more, string expected)
    {
        // When a member occurs twice, its last value counts.
        var (status, body) = await emulator.PostAsync(Path, Ask(more, model));
        Assert.Equal(400, status);
        Assert.Equal("error", body.GetProperty("type").GetString());
        Assert.Equal("invalid_request_error", body.GetProperty("error").GetProperty("type").GetString());
        Assert.Contains(expected, body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("req_", body.GetProperty("request_id").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"role":"user","content":""}""", "non-empty content")]
    [InlineData("""{"role":"user","content":[{"type":"text","text":" "}]}""", "non-whitespace")]
    [InlineData("""{"role":"assistant","content":"a"},{"role":"user","content":"b"}""", "first message must use the \"user\" role")]
    [InlineData("""{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"x"}]}""", "unexpected `tool_use_id`")]
    [InlineData("""{"role":"user","content":"a","extra":1}""", "messages.0.extra: Extra inputs are not permitted")]
    [InlineData("""{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"?"}}]}""", "valid base64")]
    [InlineData("""{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"bm8="}]},{"role":"user","content":"b"}""", "Invalid `signature` in `thinking` block")]
    public async Task A_wrong_message_is_named(string messages, string expected)
    {
        var (status, body) = await emulator.PostAsync(Path, Ask(model: "claude-opus-4-5", messages: messages));
        Assert.Equal(400, status);
        Assert.Contains(expected, body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_system_message_in_the_middle_is_for_newer_models()
    {
        const string Messages = """{"role":"user","content":"a"},{"role":"system","content":"Be brief."}""";
        Assert.Equal(200, (await emulator.PostAsync(Path, Ask(messages: Messages))).Status);
        Assert.Equal(400, (await emulator.PostAsync(Path, Ask(model: "claude-haiku-4-5", messages: Messages))).Status);
    }

    [Theory]
    [InlineData(null, 400)]
    [InlineData("2020-01-01", 400)]
    [InlineData("2023-06-01", 200)]
    [InlineData("2026-10-21", 400)]
    public async Task Sampling_is_of_the_older_version(string? version, int expected)
    {
        using var client = new HttpClient { BaseAddress = emulator.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(Ask(",\"temperature\":1")) };
        request.Headers.Add("x-api-key", "any");
        if (version is not null)
            request.Headers.Add("anthropic-version", version);
        using var response = await client.SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
    }
}
