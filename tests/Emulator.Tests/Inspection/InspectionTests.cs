using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Dragoman.Emulator.Tests.Inspection;

public sealed class InspectionTests : IAsyncLifetime
{
    private readonly RunningEmulator emulator = new(TimeProvider.System, capacity: 5);

    public Task InitializeAsync() => emulator.InitializeAsync();

    public Task DisposeAsync() => emulator.DisposeAsync();

    [Theory]
    [InlineData("__emulator")]
    [InlineData("__parlel")]
    public async Task Requests_are_captured_listed_and_cleared(string root)
    {
        await emulator.PostAsync("/v1/chat/completions?a=b", RunningEmulator.User("remember me"));
        var list = await emulator.GetAsync($"/{root}/requests");
        Assert.Equal(1, list.GetProperty("count").GetInt32());
        var captured = list.GetProperty("requests")[0];
        Assert.Equal("POST", captured.GetProperty("method").GetString());
        Assert.Equal("/v1/chat/completions", captured.GetProperty("path").GetString());
        Assert.Equal("?a=b", captured.GetProperty("query").GetString());
        Assert.Equal("remember me", captured.GetProperty("body").GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.Equal(200, captured.GetProperty("status").GetInt32());
        Assert.True(captured.GetProperty("completed").GetBoolean());
        Assert.False(captured.GetProperty("disconnected").GetBoolean());
        Assert.True(captured.GetProperty("tokens").GetInt32() > 0);
        Assert.True(captured.GetProperty("time").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);

        using var deleted = await emulator.Client.DeleteAsync($"/{root}/requests");
        Assert.True(deleted.IsSuccessStatusCode);
        Assert.Equal(0, (await emulator.GetAsync($"/{root}/requests")).GetProperty("count").GetInt32());
        await emulator.GetAsync("/v1/models");
        using var reset = await emulator.Client.PostAsync($"/{root}/reset", null);
        Assert.True(reset.IsSuccessStatusCode);
        Assert.Equal(0, (await emulator.GetAsync($"/{root}/requests")).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Nothing_captured_holds_a_credential()
    {
        const string Secret = "sk-sentinel-1234567890";
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/chat/completions?key={Secret}")
        {
            Content = new StringContent(RunningEmulator.User($"my key is {Secret}"), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Secret);
        request.Headers.Add("x-api-key", "another-secret-1");
        request.Headers.Add("Cookie", "session=another-secret-2");
        request.Headers.Add("x-note", $"copied {Secret}");
        using var response = await emulator.Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode);
        var captured = (await emulator.GetAsync("/__emulator/requests")).GetRawText();
        Assert.DoesNotContain(Secret, captured, StringComparison.Ordinal);
        Assert.DoesNotContain("another-secret", captured, StringComparison.Ordinal);
        Assert.Contains("my key is [redacted]", captured, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_is_bounded_in_number()
    {
        for (var number = 0; number < 8; number++)
            await emulator.PostAsync("/v1/chat/completions", RunningEmulator.User($"number {number}"));
        var list = await emulator.GetAsync("/__emulator/requests");
        Assert.Equal(5, list.GetProperty("count").GetInt32());
        Assert.Equal(3, list.GetProperty("dropped").GetInt32());
        Assert.Contains("number 3", list.GetProperty("requests")[0].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_body_is_kept_in_part_as_text()
    {
        await emulator.PostAsync("/v1/chat/completions", RunningEmulator.User(new string('x', 300_000)));
        var captured = (await emulator.GetAsync("/__emulator/requests")).GetProperty("requests")[0];
        Assert.True(captured.GetProperty("body_truncated").GetBoolean());
        Assert.True(captured.GetProperty("body_bytes").GetInt32() > 300_000);
        Assert.Equal(256 * 1024, captured.GetProperty("body").GetString()!.Length);
    }

    [Fact]
    public async Task What_was_refused_is_captured_too()
    {
        await emulator.PostAsync("/v1/chat/completions", "{not json");
        await emulator.PostAsync("/v1/nothing", "{}");
        var requests = (await emulator.GetAsync("/__emulator/requests")).GetProperty("requests");
        Assert.Equal("{not json", requests[0].GetProperty("body").GetString());
        Assert.Equal(422, requests[0].GetProperty("status").GetInt32());
        Assert.Equal(404, requests[1].GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_client_that_leaves_a_stream_is_noticed()
    {
        using (var response = await emulator.SendAsync("/v1/chat/completions", RunningEmulator.User("leaving", ",\"stream\":true", "emulate-tps-1-tokens-1000")))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            Assert.NotNull(await reader.ReadLineAsync());
        }

        var captured = await emulator.CapturedAsync("leaving", one => one.GetProperty("disconnected").GetBoolean());
        Assert.InRange(captured.GetProperty("tokens").GetInt32(), 0, 999);
        Assert.Equal(JsonValueKind.Null, captured.GetProperty("status").ValueKind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_end_of_an_answer_reports_is_in_the_log(bool streams)
    {
        var mark = $"reported {streams}";
        using (var response = await emulator.SendAsync("/v1/chat/completions", RunningEmulator.User(mark, streams ? ",\"stream\":true" : ""), "tokens=7"))
            await response.Content.ReadAsStringAsync();
        var captured = await emulator.CapturedAsync(mark, one => one.GetProperty("tokens").GetInt32() == 7 && one.GetProperty("completed").GetBoolean());
        Assert.Equal(7, captured.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.True(captured.GetProperty("usage").GetProperty("prompt_tokens").GetInt32() > 0);
    }

    [Fact]
    public async Task What_was_written_and_never_sent_does_not_count()
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => emulator.PostAsync("/v1/chat/completions", RunningEmulator.User("never sent"), "cut=3"));
        var captured = await emulator.CapturedAsync("never sent");
        Assert.Equal(0, captured.GetProperty("tokens").GetInt32());
        Assert.Equal(JsonValueKind.Null, captured.GetProperty("usage").ValueKind);
    }
}
