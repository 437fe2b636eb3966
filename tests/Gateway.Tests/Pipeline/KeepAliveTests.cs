using System.Net;

namespace Dragoman.Gateway.Tests.Pipeline;

public class KeepAliveTests
{
    private const string Messages = """{"model":"MODEL","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"hi"}]}""";
    private const string Prompt = """{"model":"MODEL","stream":true,"prompt":"hi"}""";
    private const string Input = """{"model":"MODEL","stream":true,"input":"hi"}""";

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>A client's dialect, and the form of its keep-alive.</summary>
    public static TheoryData<string, string, string> Dialects => new()
    {
        { "/api/chat", Messages, """{"model":"MODEL","created_at":"2026-01-02T03:04:20Z","message":{"role":"assistant","content":""},"done":false}""" },
        { "/api/generate", Prompt, """{"model":"MODEL","created_at":"2026-01-02T03:04:20Z","response":"","done":false}""" },
        { "/v1/chat/completions", Messages, ": keep-alive" },
        { "/v1/completions", Prompt, ": keep-alive" },
        { "/v1/responses", Input, ": keep-alive" },
        { "/v1/messages", Messages, "event: ping" },
    };

    private static async Task UntilItListensToSilenceAsync(GatewayUnderTest gateway)
    {
        while (!(gateway.Clock.UntilNextTimer <= Silence))
            await Task.Delay(1);
    }

    private static Task SendNothingAsync(Microsoft.AspNetCore.Http.HttpContext http) => ScriptedUpstream.WriteAsync(http, 200, "text/event-stream", "");

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Silence_before_the_first_word_is_filled_and_the_answer_follows(string path, string request, string keepAlive)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var speaks = new TaskCompletionSource();
        gateway.First.Answer = async http =>
        {
            await SendNothingAsync(http);
            await speaks.Task;
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]");
        };
        var opening = gateway.OpenAsync(path, request.Replace("MODEL", "m", StringComparison.Ordinal));
        await UntilItListensToSilenceAsync(gateway);
        Assert.False(opening.IsCompleted);
        gateway.Clock.Advance(Silence);
        using var response = await opening;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal(keepAlive.Replace("MODEL", "m", StringComparison.Ordinal), await reader.ReadLineAsync());
        speaks.SetResult();
        var rest = await reader.ReadToEndAsync();
        Assert.Contains("Hello", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("error", rest.Replace("\"error\":null", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Each_further_silence_is_filled_as_well(string path, string request, string keepAlive)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"));
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        using var response = await gateway.OpenAsync(path, request.Replace("MODEL", "m", StringComparison.Ordinal));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while ((await reader.ReadLineAsync())?.Contains("Hello", StringComparison.Ordinal) != true)
        {
        }

        var expected = keepAlive[..Math.Min(keepAlive.Length, 10)];
        for (var silence = 0; silence < 3; silence++)
            Assert.NotNull(await gateway.PassTimeUntilAsync(Silence, ReadKeepAliveAsync()));

        async Task<string?> ReadKeepAliveAsync()
        {
            string? line;
            do
                line = await reader.ReadLineAsync();
            while (line is not null && !line.StartsWith(expected, StringComparison.Ordinal));
            return line;
        }
    }

    [Fact]
    public async Task Nothing_is_sent_while_the_providers_status_is_unknown()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var asked = new TaskCompletionSource();
        var refuses = new TaskCompletionSource();
        gateway.First.Answer = async http =>
        {
            asked.SetResult();
            await refuses.Task;
            await ScriptedUpstream.WriteAsync(http, 429, "application/json", """{"message":"slow down"}""");
        };
        var opening = gateway.OpenAsync("/api/chat", Messages.Replace("MODEL", "m", StringComparison.Ordinal));
        await asked.Task;
        gateway.Clock.Advance(Silence * 4);
        refuses.SetResult();
        using var response = await opening;
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
    }

    [Fact]
    public async Task After_a_keep_alive_another_target_may_still_answer()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var breaks = new TaskCompletionSource();
        gateway.First.Answer = async http =>
        {
            await SendNothingAsync(http);
            await breaks.Task;
            http.Abort();
        };
        gateway.Second.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]");
        var opening = gateway.OpenAsync("/api/chat", Messages.Replace("MODEL", "both", StringComparison.Ordinal));
        await UntilItListensToSilenceAsync(gateway);
        gateway.Clock.Advance(Silence);
        using var response = await opening;
        breaks.SetResult();
        var lines = (await response.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n').Select(GatewayUnderTest.Json).ToList();
        Assert.Equal(["", "Hello", ""], lines.Select(line => line.GetProperty("message").GetProperty("content").GetString()));
        Assert.True(lines[^1].GetProperty("done").GetBoolean());
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_failure_after_a_keep_alive_is_the_dialects_last_word(string path, string request, string keepAlive)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = async http =>
        {
            await SendNothingAsync(http);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        var opening = gateway.OpenAsync(path, request.Replace("MODEL", "m", StringComparison.Ordinal));
        await UntilItListensToSilenceAsync(gateway);
        gateway.Clock.Advance(Silence);
        using var response = await opening;
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.StartsWith(keepAlive[..4], await reader.ReadLineAsync(), StringComparison.Ordinal);
        gateway.Clock.Advance(TimeSpan.FromSeconds(300));
        var rest = await reader.ReadToEndAsync();
        Assert.Contains("The provider took too long (first event).", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("\"done\":true", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("response.completed", rest, StringComparison.Ordinal);
    }
}
