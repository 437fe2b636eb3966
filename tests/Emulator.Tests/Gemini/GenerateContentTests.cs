using Xunit;

namespace Dragoman.Emulator.Tests.Gemini;

public sealed class GenerateContentTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private const string Models = "/gemini/v1beta/models/";

    private static string Ask(string more = "", string contents = """{"role":"user","parts":[{"text":"hi"}]}""") => $$"""{"contents":[{{contents}}]{{more}}}""";

    [Fact]
    public async Task Chunks_are_whole_responses_whose_lines_end_in_CRLF()
    {
        using var response = await emulator.SendAsync($"{Models}gemini-3-pro:streamGenerateContent?alt=sse", Ask());
        var events = (await response.Content.ReadAsStringAsync()).Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(line => RunningEmulator.Parse(line["data: ".Length..])).ToList();
        Assert.All(events, item => Assert.True(item.GetProperty("usageMetadata").GetProperty("thoughtsTokenCount").GetInt32() > 0));
        Assert.All(events[..^1], item => Assert.False(item.GetProperty("candidates")[0].TryGetProperty("finishReason", out _)));
        var last = events[^1].GetProperty("candidates")[0];
        Assert.Equal("STOP", last.GetProperty("finishReason").GetString());
        Assert.NotEqual("", last.GetProperty("content").GetProperty("parts")[0].GetProperty("thoughtSignature").GetString());
    }

    [Theory]
    [InlineData(",\"surprise\":1", "Unknown name \"surprise\": Cannot find field.")]
    [InlineData(",\"generationConfig\":{\"topQ\":1}", "Unknown name \"topQ\" at 'generation_config': Cannot find field.")]
    [InlineData(",\"generationConfig\":{\"temperature\":3}", "generation_config.temperature")]
    [InlineData(",\"generationConfig\":{\"presencePenalty\":1}", "Penalty is not enabled")]
    [InlineData(",\"generationConfig\":{\"thinkingConfig\":{\"thinkingLevel\":\"LOW\"}}", "Thinking level is not supported")]
    [InlineData(",\"generationConfig\":{\"responseSchema\":{\"type\":\"OBJECT\"}}", "response_mime_type")]
    [InlineData(",\"generationConfig\":{\"responseMimeType\":\"application/json\",\"responseSchema\":{\"type\":\"OBJECT\",\"$ref\":\"#\"}}", "Unknown name \"$ref\" at 'generation_config.response_schema'")]
    [InlineData(",\"tools\":[{\"functionDeclarations\":[{\"name\":\"1\"}]}]", "Invalid function name")]
    public async Task A_refusal_is_an_invalid_argument(string more, string expected)
    {
        var (status, body) = await emulator.PostAsync($"{Models}gemini-2.5-flash:generateContent", Ask(more));
        Assert.Equal(400, status);
        Assert.Equal("INVALID_ARGUMENT", body.GetProperty("error").GetProperty("status").GetString());
        Assert.Contains(expected, body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"role":"user","parts":[]}""", "must not be empty")]
    [InlineData("""{"role":"robot","parts":[{"text":"a"}]}""", "valid role")]
    [InlineData("""{"role":"user","parts":[{"thought":true}]}""", "required oneof field 'data'")]
    [InlineData("""{"role":"user","parts":[{"text":"a","thoughtSignature":"not base64!"}]}""", "Base64 decoding failed")]
    [InlineData("""{"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}""", "function response turn comes immediately after a function call turn")]
    [InlineData("""{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"functionCall":{"name":"f"}}]}""", "number of function response parts")]
    public async Task A_wrong_content_is_named(string contents, string expected)
    {
        var (status, body) = await emulator.PostAsync($"{Models}gemini-2.5-flash:generateContent", Ask(contents: contents));
        Assert.Equal(400, status);
        Assert.Contains(expected, body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_current_turn_has_to_be_signed()
    {
        const string Step = """{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"functionCall":{"name":"f"}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"x"}}}]}""";
        Assert.Equal(400, (await emulator.PostAsync($"{Models}gemini-3-pro:generateContent", Ask(contents: Step))).Status);
        Assert.Equal(200, (await emulator.PostAsync($"{Models}gemini-2.5-pro:generateContent", Ask(contents: Step))).Status);
        var later = $$"""{{Step}},{"role":"model","parts":[{"text":"b"}]},{"role":"user","parts":[{"text":"c"}]}""";
        Assert.Equal(200, (await emulator.PostAsync($"{Models}gemini-3-pro:generateContent", Ask(contents: later))).Status);
    }

    [Fact]
    public async Task Names_may_be_in_snake_case()
    {
        var (status, body) = await emulator.PostAsync($"{Models}gemini-2.5-flash:generateContent",
            Ask(",\"generation_config\":{\"max_output_tokens\":2,\"thinking_config\":{\"thinking_budget\":0}},\"system_instruction\":{\"parts\":[{\"text\":\"x\"}]}"));
        Assert.Equal(200, status);
        Assert.Equal("MAX_TOKENS", body.GetProperty("candidates")[0].GetProperty("finishReason").GetString());
    }
}
