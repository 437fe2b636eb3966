using System.Text.Json;
using Xunit;

namespace Dragoman.Emulator.Tests.Behaviors;

/// <summary>Pace and faults mean the same in every dialect, and each dialect has its own form of them.</summary>
public sealed class DialectFaultTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private const string Chat = """{"model":"gpt-4.1-mini","messages":[{"role":"user","content":"hi"}],"stream":true}""";
    private const string Deployment = """{"messages":[{"role":"user","content":"hi"}],"stream":true}""";
    private const string Responses = """{"model":"gpt-4.1-mini","input":"hi","stream":true}""";
    private const string Messages = """{"model":"claude-sonnet-5","max_tokens":500,"messages":[{"role":"user","content":"hi"}],"stream":true}""";
    private const string Generate = """{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"generationConfig":{"thinkingConfig":{"thinkingBudget":0}}}""";

    public static TheoryData<string, string, string, string> Streams => new()
    {
        { "/openai/v1/chat/completions", Chat, "\"type\":\"server_error\"", "\"finish_reason\":\"" },
        { "/compat/v1/chat/completions", Chat, "\"type\":\"server_error\"", "\"finish_reason\":\"" },
        { "/azure/openai/v1/chat/completions", Chat, "\"code\":\"ServiceUnavailable\"", "\"finish_reason\":\"" },
        { "/azure/openai/deployments/gpt-4.1-mini/chat/completions?api-version=2024-10-21", Deployment, "\"code\":\"ServiceUnavailable\"", "\"finish_reason\":\"" },
        { "/openai/v1/responses", Responses, "\"type\":\"response.failed\"", "response.completed" },
        { "/anthropic/v1/messages", Messages, "\"type\":\"overloaded_error\"", "message_delta" },
        { "/gemini/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", Generate, "\"status\":\"UNAVAILABLE\"", "finishReason" },
        { "/gemini/v1beta/models/gemini-2.5-flash:streamGenerateContent", Generate, "\"status\":\"UNAVAILABLE\"", "finishReason" },
        { "/mistral/v1/chat/completions", RunningEmulator.User("hi", ",\"stream\":true"), "\"raw_status_code\":503", "\"finish_reason\":\"" },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task An_error_ends_a_stream_in_the_dialects_shape(string path, string json, string error, string success)
    {
        foreach (var after in (int[])[0, 3, 1000])
        {
            using var response = await emulator.SendAsync(path, json, $"error={after};tokens=20");
            var stream = await response.Content.ReadAsStringAsync();
            Assert.Contains(error, stream, StringComparison.Ordinal);
            Assert.DoesNotContain(success, stream, StringComparison.Ordinal);
            Assert.DoesNotContain("[DONE]", stream, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_cut_breaks_the_connection(string path, string json, string error, string success)
    {
        var read = "";
        var broken = await Record.ExceptionAsync(async () =>
        {
            using var response = await emulator.SendAsync(path, json, "cut=3");
            await using var body = await response.Content.ReadAsStreamAsync();
            using var reader = new StreamReader(body);
            while (await reader.ReadLineAsync() is { } line)
                read += line;
        });
        // A reset may arrive before the bytes that were sent before it, even before the head.
        Assert.True(broken is IOException or HttpRequestException, $"{broken?.GetType()}");
        Assert.DoesNotContain(error, read, StringComparison.Ordinal);
        Assert.DoesNotContain(success, read, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task The_same_request_gets_the_same_answer(string path, string json, string error, string success)
    {
        var (first, second) = (await TextAsync(path, json), await TextAsync(path, json));
        Assert.Equal(first, second);
        Assert.NotEqual(first, await TextAsync(path, json.Replace("\"hi\"", "\"ho\"", StringComparison.Ordinal)));
        using var response = await emulator.SendAsync(path, json);
        var stream = await response.Content.ReadAsStringAsync();
        Assert.Contains(success, stream, StringComparison.Ordinal);
        Assert.DoesNotContain(error, stream, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/openai/v1/chat/completions", Chat, "rate_limit_exceeded")]
    [InlineData("/openai/v1/responses", Responses, "rate_limit_exceeded")]
    [InlineData("/azure/openai/v1/chat/completions", Chat, "exceeded token rate limit")]
    [InlineData("/anthropic/v1/messages", Messages, "rate_limit_error")]
    [InlineData("/gemini/v1beta/models/gemini-2.5-flash:generateContent", Generate, "\"retryDelay\":\"7s\"")]
    public async Task A_rate_limit_says_when_to_come_back(string path, string json, string expected)
    {
        using var response = await emulator.SendAsync(path, json, "status=429;retryafter=7");
        Assert.Equal(429, (int)response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // Google does not send this header.
        Assert.Equal(!path.StartsWith("/gemini", StringComparison.Ordinal), response.Headers.Contains("Retry-After"));
    }

    [Fact]
    public async Task Inspection_sees_all_dialects_and_no_key()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/gemini/v1beta/models/gemini-2.5-flash:generateContent?key=a-secret-of-gemini&alt=json")
        {
            Content = new StringContent(Generate.Replace("\"hi\"", "\"mark a-secret-of-gemini\"", StringComparison.Ordinal)),
        };
        request.Headers.Add("x-goog-api-key", "another-secret-of-gemini");
        using var response = await emulator.Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode);
        var captured = await emulator.CapturedAsync("mark");
        Assert.DoesNotContain("-secret-of-gemini", captured.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("?key=[redacted]&alt=json", captured.GetProperty("query").GetString());
    }

    /// <summary>All text of a stream in any dialect.</summary>
    private async Task<string> TextAsync(string path, string json)
    {
        using var response = await emulator.SendAsync(path, json);
        var body = await response.Content.ReadAsStringAsync();
        var events = body[0] == '['
            ? RunningEmulator.Parse(body).EnumerateArray().ToList()
            : [.. body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => RunningEmulator.Parse(line[6..]))];
        return string.Concat(events.Select(Text));

        static string Text(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Object => string.Concat(value.EnumerateObject().Select(member =>
                member.Name is "content" or "text" or "delta" && member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : Text(member.Value))),
            JsonValueKind.Array => string.Concat(value.EnumerateArray().Select(Text)),
            _ => "",
        };
    }
}
