using System.Net;
using System.Text;
using Xunit;

namespace Dragoman.Emulator.Tests.Behaviors;

public sealed class FaultTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private const string Chat = "/v1/chat/completions";

    [Theory]
    [InlineData("status=429", 429, "1300", "1")]
    [InlineData("status=429;retryafter=17", 429, "1300", "17")]
    [InlineData("status=500", 500, "1000", null)]
    [InlineData("status=503", 503, "1000", null)]
    [InlineData("status=503;retryafter=2", 503, "1000", "2")]
    [InlineData("status=418", 418, null, null)]
    public async Task A_status_is_answered_in_Mistrals_shape(string behavior, int status, string? code, string? retryAfter)
    {
        foreach (var (path, json) in Requests())
        {
            using var response = await emulator.SendAsync(path, json, behavior);
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Equal(retryAfter, response.Headers.TryGetValues("Retry-After", out var values) ? values.Single() : null);
            var body = RunningEmulator.Parse(await response.Content.ReadAsStringAsync());
            Assert.Equal(code, body.GetProperty("code").GetString());
            Assert.Equal(status, body.GetProperty("raw_status_code").GetInt32());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task An_error_event_ends_a_stream_that_never_looks_finished(int after)
    {
        var events = await emulator.StreamAsync(Chat, RunningEmulator.User("hi", ",\"stream\":true"), $"error={after};tokens=20");
        var error = RunningEmulator.Parse(events[^1]);
        Assert.Equal("error", error.GetProperty("object").GetString());
        Assert.Equal("Service unavailable.", error.GetProperty("message").GetString());
        Assert.Equal(1 + Math.Min(after, 20) + 1, events.Count);
        Assert.DoesNotContain(events, line => line.Contains("\"finish_reason\":\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_error_in_a_body_is_a_503()
    {
        var (status, body) = await emulator.PostAsync(Chat, RunningEmulator.User("hi", model: "emulate-error-3"));
        Assert.Equal(503, status);
        Assert.Equal("Service unavailable.", body.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_cut_breaks_the_connection_after_its_tokens(int after)
    {
        using var response = await emulator.SendAsync(Chat, RunningEmulator.User("hi", ",\"stream\":true"), $"cut={after}");
        var received = await ReadUntilBrokenAsync(response);
        Assert.Equal(1 + after, RunningEmulator.Events(received).Count);
    }

    [Fact]
    public async Task Even_tokens_have_four_bytes_each()
    {
        using var response = await emulator.SendAsync(Chat, RunningEmulator.User("hi"), "even;tokens=50");
        var answer = RunningEmulator.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(50, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(200, Encoding.UTF8.GetByteCount(answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!));
    }

    [Fact]
    public async Task A_cut_before_a_body_leaves_no_answer() =>
        await Assert.ThrowsAsync<HttpRequestException>(() => emulator.PostAsync(Chat, RunningEmulator.User("hi"), "cut=3"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stall_lasts_until_the_client_leaves_and_is_noticed(bool streams)
    {
        var mark = $"stall {streams}";
        using var leaving = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, Chat)
        {
            Content = new StringContent(RunningEmulator.User(mark, streams ? ",\"stream\":true" : "", "emulate-stall-2"), Encoding.UTF8, "application/json"),
        };
        var answer = emulator.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
        if (streams)
        {
            using var response = await answer;
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            for (var line = 0; line < 6; line++)
                await reader.ReadLineAsync();
            Assert.Equal(2, (await emulator.CapturedAsync(mark)).GetProperty("tokens").GetInt32());
        }
        else
        {
            await emulator.CapturedAsync(mark);
            Assert.False(answer.IsCompleted);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        }

        var captured = await emulator.CapturedAsync(mark, one => one.GetProperty("disconnected").GetBoolean());
        Assert.False(captured.GetProperty("completed").GetBoolean());
        Assert.NotNull(captured.GetProperty("disconnected_at").GetString());
    }

    [Fact]
    public async Task A_process_that_has_to_end_breaks_its_open_answers_off()
    {
        var stopped = new RunningEmulator();
        await stopped.InitializeAsync();
        using var client = new HttpClient { BaseAddress = stopped.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, Chat)
        {
            Content = new StringContent(RunningEmulator.User("hi", ",\"stream\":true", "emulate-stall-1"), Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer x");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var stopping = stopped.DisposeAsync();
        await ReadUntilBrokenAsync(response);
        await stopping;
    }

    [Theory]
    [InlineData("error=0", HttpStatusCode.ServiceUnavailable)]
    [InlineData("status=429", HttpStatusCode.TooManyRequests)]
    public async Task Embeddings_fail_too(string behavior, HttpStatusCode status)
    {
        using var response = await emulator.SendAsync("/v1/embeddings", """{"model":"mistral-embed","input":"x"}""", behavior);
        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(250)]
    public async Task An_answer_has_the_length_asked_for(int tokens)
    {
        var (body, stream) = await emulator.ChatBothWaysAsync(RunningEmulator.User("hi", model: $"emulate-tokens-{tokens}"));
        Assert.Equal(tokens, body.CompletionTokens);
        Assert.Equal("stop", body.FinishReason);
        Assert.Equal(body, stream);
    }

    [Fact]
    public async Task A_flood_arrives_whole()
    {
        var events = await emulator.StreamAsync(Chat, RunningEmulator.User("hi", ",\"stream\":true", "emulate-tokens-50000"));
        Assert.Equal(50_000, Said.InStream(events[..^1].Select(RunningEmulator.Parse)).CompletionTokens);
        Assert.Equal(50_003, events.Count);
    }

    [Fact]
    public async Task A_paced_stream_gives_each_token_at_its_time()
    {
        var time = new ManualClock();
        var paced = new RunningEmulator(time);
        await paced.InitializeAsync();
        using (var response = await paced.SendAsync(Chat, RunningEmulator.User("hi", ",\"stream\":true", "emulate-tps-1-ttft-1000-tokens-3")))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            var role = reader.ReadLineAsync();
            Assert.False(role.IsCompleted);
            for (var token = 0; token < 3; token++)
                await AdvanceUntilAsync(time, role = token == 0 ? role : reader.ReadLineAsync());
            var rest = reader.ReadToEndAsync();
            await AdvanceUntilAsync(time, rest);
            Assert.EndsWith("data: [DONE]\n\n", await rest, StringComparison.Ordinal);
            Assert.True(time.GetUtcNow() - time.Start >= TimeSpan.FromSeconds(3));
        }

        await paced.DisposeAsync();
    }

    private static async Task AdvanceUntilAsync(ManualClock time, Task task)
    {
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }

    private static async Task<string> ReadUntilBrokenAsync(HttpResponseMessage response)
    {
        var received = new StringBuilder();
        var buffer = new byte[4096];
        await using var stream = await response.Content.ReadAsStreamAsync();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (await stream.ReadAsync(buffer) is > 0 and var read)
                received.Append(Encoding.UTF8.GetString(buffer, 0, read));
        });
        return received.ToString();
    }

    private static IEnumerable<(string Path, string Json)> Requests() =>
    [
        (Chat, RunningEmulator.User("hi")),
        (Chat, RunningEmulator.User("hi", ",\"stream\":true")),
        ("/v1/completions", """{"model":"mistral-small-latest","prompt":"x","stream":true}"""),
        ("/v1/fim/completions", """{"model":"codestral-latest","prompt":"x"}"""),
        ("/v1/embeddings", """{"model":"mistral-embed","input":"x"}"""),
    ];
}
