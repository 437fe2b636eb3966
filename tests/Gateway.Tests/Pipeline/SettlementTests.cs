using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Dragoman.Access;
using Dragoman.Gateway.Tests.Access;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>The settlement of requests, as their log lines report it.</summary>
public partial class SettlementTests
{
    /// <summary>A prompt of 40 characters, ten tokens by estimate.</summary>
    private const string Prompt = "0123456789012345678901234567890123456789";

    private const string OllamaChat = $$"""{"model":"m","messages":[{"role":"user","content":"{{Prompt}}"}]}""";

    private const string Open = """{"id":"x","choices":[{"index":0,"delta":{"content":"ab"},"finish_reason":null}]}""";
    private const string Uncounted = """{"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";

    [Fact]
    public async Task Reported_counts_are_settled_as_they_are()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta(Prompt), ScriptedUpstream.Finish, "[DONE]");
        var (_, _, response) = await gateway.PostAsync("/api/chat", OllamaChat);
        Assert.Equal(
            $"Information settled {response.Headers.GetValues("x-request-id").Single()} ollama.chat m -> one/upstream-m team=open key= stream=True Completed error= in=3 out=2 usage=Reported first=0.00ms total=0.00ms losses=[]",
            await log.NextAsync());
    }

    [Theory]
    [InlineData("""{"content":"0123456789012345678901234567"}""", 7)]
    [InlineData("""{"content":"a"}""", 1)]
    [InlineData("""{"content":[{"type":"thinking","thinking":[{"type":"text","text":"01234567"}]},{"type":"text","text":"0123"}]}""", 3)]
    [InlineData("""{"tool_calls":[{"id":"D681PevKs","function":{"name":"0123","arguments":"{\"a\":\"0123456\"}"},"index":0}]}""", 5)]
    public async Task What_was_produced_is_estimated_where_nobody_counts(string delta, int tokens)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, $$"""{"id":"x","choices":[{"index":0,"delta":{{delta}},"finish_reason":null}]}""", Uncounted, "[DONE]");
        var (_, body, _) = await gateway.PostAsync("/api/chat", OllamaChat);
        Assert.Equal(("Completed", 10, tokens, "Estimated"), Counts(await log.NextAsync()));
        Assert.Contains($"\"prompt_eval_count\":10,", body, StringComparison.Ordinal);
        Assert.Contains($"\"eval_count\":{tokens},", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_short_prompt_counts_one()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, Open, Uncounted, "[DONE]");
        await gateway.PostAsync("/api/chat", """{"model":"m","messages":[{"role":"user","content":"a"}]}""");
        Assert.Equal(("Completed", 1, 1, "Estimated"), Counts(await log.NextAsync()));
    }

    [Fact]
    public async Task An_answer_that_says_nothing_and_counts_nothing_is_told_as_an_estimate_and_settled_as_absent()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, Uncounted, "[DONE]");
        var (_, body, _) = await gateway.PostAsync("/api/chat", OllamaChat);
        Assert.Equal(("Completed", 0, 0, "Absent"), Counts(await log.NextAsync()));
        Assert.Contains("\"prompt_eval_count\":10,\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_costs_nothing()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 429, "application/json", """{"message":"slow down"}""");
        var (status, _, _) = await gateway.PostAsync("/api/chat", OllamaChat);
        var line = await log.NextAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Equal(("Failed", 0, 0, "Absent"), Counts(line));
        Assert.Contains(" error=RateLimited ", line, StringComparison.Ordinal);
        Assert.Contains(" first=-1.00ms ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_came_before_a_failure_is_settled()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("01234567"), """{"object":"error","message":"broken"}""");
        await gateway.PostAsync("/api/chat", OllamaChat);
        var line = await log.NextAsync();
        Assert.Equal(("Failed", 10, 2, "Estimated"), Counts(line));
        Assert.DoesNotContain(" error= ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_came_until_the_client_left_is_settled_with_its_times()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = async http =>
        {
            gateway.Clock.Advance(TimeSpan.FromMilliseconds(250));
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("012345678901"));
            await gateway.First.ClientLeft.Task;
        };
        using (var response = await gateway.OpenAsync("/api/chat", OllamaChat))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            Assert.Contains("012345678901", await reader.ReadLineAsync(), StringComparison.Ordinal);
            gateway.Clock.Advance(TimeSpan.FromMilliseconds(500));
        }

        var line = await log.NextAsync();
        Assert.Equal(("ClientLeft", 10, 3, "Estimated"), Counts(line));
        Assert.Contains(" first=250.00ms total=750.00ms ", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/chat", true)]
    [InlineData("/v1/chat/completions", true)]
    [InlineData("/v1/chat/completions", false)]
    public async Task The_rest_is_read_for_a_client_that_left_and_settled_as_reported(string path, bool isStreamed)
    {
        var (asked, left) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var gateway = await StartReadingOnAsync(left);
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = async http =>
        {
            if (isStreamed)
                await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"));
            asked.SetResult();
            await left.Task;
            if (isStreamed)
                await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("lo"), ScriptedUpstream.Finish, "[DONE]");
            else
                await ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        };
        using var leaving = new CancellationTokenSource();
        var request = OllamaChat[..^1] + $",\"stream\":{(isStreamed ? "true" : "false")}}}";
        var opening = gateway.OpenAsync(path, request, leaving.Token);
        await asked.Task;
        if (isStreamed)
            (await opening).Dispose();
        await leaving.CancelAsync();

        Assert.Equal(("ClientLeft", 3, 2, "Reported"), Counts(await log.NextAsync()));
        Assert.False(gateway.First.ClientLeft.Task.IsCompleted);
        if (!isStreamed)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    [Fact]
    public async Task The_rest_is_read_no_longer_than_is_said()
    {
        var left = new TaskCompletionSource();
        await using var gateway = await StartReadingOnAsync(left);
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("012345678901"));
            await gateway.First.ClientLeft.Task;
        };
        using (var response = await gateway.OpenAsync("/api/chat", OllamaChat))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            await reader.ReadLineAsync();
        }

        await left.Task;
        gateway.Clock.Advance(TimeSpan.FromSeconds(19.9));
        Assert.False(gateway.First.ClientLeft.Task.IsCompleted);
        var line = await gateway.PassTimeUntilAsync(TimeSpan.FromSeconds(0.1), log.NextAsync());
        Assert.Equal(("ClientLeft", 10, 3, "Estimated"), Counts(line));
        await gateway.First.ClientLeft.Task;
    }

    [Fact]
    public async Task A_second_target_is_warned_of_and_settled_as_the_one_that_answered()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 503, "application/json", """{"message":"overloaded"}""");
        gateway.Second.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("two"), ScriptedUpstream.Finish, "[DONE]");
        var (_, _, response) = await gateway.PostAsync("/api/chat", """{"model":"both","messages":[{"role":"user","content":"hi"}]}""");
        var id = response.Headers.GetValues("x-request-id").Single();
        Assert.Equal($"Warning fallback {id} one/upstream-m -> two/upstream-second error=Overloaded", await log.NextAsync());
        Assert.StartsWith($"Information settled {id} ollama.chat both -> two/upstream-second team=open key= stream=True Completed error= in=3 out=2 usage=Reported ", await log.NextAsync(), StringComparison.Ordinal);
    }

    /// <summary>A refused key and an account without credit are those of one target.</summary>
    [Theory]
    [InlineData(401, "UpstreamRefusedKey")]
    [InlineData(402, "QuotaExceeded")]
    public async Task A_target_whose_credential_or_account_is_of_no_use_is_passed_over(int status, string error)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, status, "application/json", """{"message":"no"}""");
        gateway.Second.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("two"), ScriptedUpstream.Finish, "[DONE]");
        var (_, body, _) = await gateway.PostAsync("/api/chat", """{"model":"both","messages":[{"role":"user","content":"hi"}]}""");
        Assert.Contains("two", body, StringComparison.Ordinal);
        Assert.EndsWith($"one/upstream-m -> two/upstream-second error={error}", await log.NextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""","usage":{"prompt_tokens":7,"total_tokens":7}""", 7, "Reported")]
    [InlineData("", 10, "Estimated")]
    public async Task Embeddings_are_settled_by_what_was_read(string usage, int tokens, string origin)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", $$"""{"data":[{"index":0,"embedding":[1]}]{{usage}}}""");
        var (_, _, response) = await gateway.PostAsync("/api/embed", $$"""{"model":"vectors","input":"{{Prompt}}"}""");
        Assert.Equal(
            $"Information settled {response.Headers.GetValues("x-request-id").Single()} ollama.embed vectors -> one/upstream-e team=open key= inputs=1 Completed error= in={tokens} usage={origin} total=0.00ms losses=[]",
            await log.NextAsync());
    }

    [Fact]
    public async Task Embeddings_that_failed_are_settled_with_the_error()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var log = gateway.CaptureLog("Dragoman.Settlement");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 429, "application/json", """{"message":"slow down"}""");
        await gateway.PostAsync("/api/embed", """{"model":"vectors","input":["a","b"]}""");
        Assert.Contains(" inputs=2 Failed error=RateLimited in=0 usage=Absent ", await log.NextAsync(), StringComparison.Ordinal);
    }

    private static (string Outcome, long Input, long Output, string Origin) Counts(string line)
    {
        var match = SettledLine().Match(line);
        Assert.True(match.Success, line);
        return (match.Groups["outcome"].Value, Number("in"), Number("out"), match.Groups["origin"].Value);

        long Number(string name) => long.Parse(match.Groups[name].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>A gateway that reads on for 20 s.</summary>
    /// <param name="left">Completes when it has noticed that the client left.</param>
    private static Task<GatewayUnderTest> StartReadingOnAsync(TaskCompletionSource left) => GatewayUnderTest.StartAsync(
        timeouts: """{ "afterClientSeconds": 20 }""",
        policy: new KnownCaller(http =>
        {
            http.RequestAborted.Register(() => left.TrySetResult());
            return new Caller { Team = "open" };
        }));

    [GeneratedRegex(" (?<outcome>[A-Za-z]+) error=[A-Za-z]* in=(?<in>[0-9]+) out=(?<out>[0-9]+) usage=(?<origin>[A-Za-z]+) ")]
    private static partial Regex SettledLine();
}
