using System.Net;
using System.Text;
using Dragoman.Access;
using Dragoman.Access.Limits;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Gateway.Tests.Access;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>Every request that calls a provider is reserved once before and settled once after, with everything that a budget needs.</summary>
public sealed class ReservationTests
{
    private const string Vectors = """{"data":[{"index":0,"embedding":[1,0]}],"usage":{"prompt_tokens":2,"total_tokens":2}}""";
    private const string Count = """{"object":"response.input_tokens","input_tokens":7}""";

    /// <summary>A path, its body, the provider's answer, and what is reserved: the published name, the targets, input and output tokens.</summary>
    public static TheoryData<string, string, string, string, string, int, int?> Requests => new()
    {
        { "/api/chat", """{"model":"m","stream":false,"options":{"num_predict":50},"messages":[{"role":"user","content":"12345678"}]}""", ScriptedUpstream.WholeAnswer, "m", "one/upstream-m", 6, 50 },
        { "/v1/chat/completions", """{"model":"both","n":2,"max_tokens":50,"messages":[{"role":"user","content":"12345678"}]}""", ScriptedUpstream.WholeAnswer, "both", "one/upstream-m two/upstream-second", 6, 100 },
        { "/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"12345678"}]}""", ScriptedUpstream.WholeAnswer, "m", "one/upstream-m", 6, null },
        { "/v1/embeddings", """{"model":"vectors","input":"123456"}""", Vectors, "vectors", "one/upstream-e", 2, 0 },
        { "/api/embed", """{"model":"vectors","input":["123456"]}""", Vectors, "vectors", "one/upstream-e", 2, 0 },
        { "/api/embeddings", """{"model":"vectors","prompt":"123456"}""", Vectors, "vectors", "one/upstream-e", 2, 0 },
        { "/v1/responses/input_tokens", """{"model":"m","input":"12345678"}""", Count, "m", "one/upstream-m", 0, 0 },
        { "/v1/messages/count_tokens", """{"model":"both","max_tokens":9,"messages":[{"role":"user","content":"12345678"}]}""", Count, "both", "one/upstream-m", 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_good_answer_is_reserved_and_settled_once(string path, string body, string answer, string model, string targets, int input, int? output)
    {
        var access = new RecordedAccess();
        await using var gateway = await StartAsync(access);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", answer);
        var (status, text, _) = await gateway.PostAsync(path, body);
        Assert.True(status == HttpStatusCode.OK, text);
        Assert.Equal((model, targets, (long?)input, (long?)output), Assert.Single(access.Reserved));
        await access.WaitForSettlementAsync();
        Assert.Equal(Outcome.Completed, Assert.Single(access.Settled).Outcome);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task What_is_used_up_reaches_no_provider(string path, string body, string answer, string model, string targets, int input, int? output)
    {
        var access = new RecordedAccess { Refuses = true };
        await using var gateway = await StartAsync(access);
        var (status, text, _) = await gateway.PostAsync(path, body);
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.DoesNotContain(answer, text, StringComparison.Ordinal);
        Assert.Equal((model, targets, (long?)input, (long?)output), Assert.Single(access.Reserved));
        Assert.Empty(gateway.First.Bodies);
        // The reservation was rejected, so there is nothing to settle.
        Assert.Empty(access.Settled);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_failure_is_settled_too(string path, string body, string answer, string model, string targets, int input, int? output)
    {
        var access = new RecordedAccess();
        await using var gateway = await StartAsync(access);
        gateway.First.Answer = gateway.Second.Answer = http => ScriptedUpstream.WriteAsync(http, 429, "application/json", """{"error":{"message":"slower"}}""");
        var (status, text, _) = await gateway.PostAsync(path, body);
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.DoesNotContain(answer, text, StringComparison.Ordinal);
        Assert.Equal((model, targets, (long?)input, (long?)output), Assert.Single(access.Reserved));
        await access.WaitForSettlementAsync();
        Assert.Equal((Outcome.Failed, UsageOrigin.Absent), (Assert.Single(access.Settled).Outcome, access.Settled[0].Usage.Origin));
    }

    [Fact]
    public async Task A_count_that_is_only_estimated_is_reserved_and_settled_as_well()
    {
        var access = new RecordedAccess();
        await using var gateway = await StartAsync(access);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 404, "application/json", """{"error":{"message":"no such path"}}""");
        var (status, _, response) = await gateway.PostAsync("/v1/responses/input_tokens", """{"model":"m","input":"12345678"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("estimated", response.Headers.GetValues("x-dragoman-token-count").Single());
        Assert.Single(access.Reserved);
        await access.WaitForSettlementAsync();
        Assert.Equal((Outcome.Completed, Usage.Absent), (Assert.Single(access.Settled).Outcome, access.Settled[0].Usage));
    }

    [Fact]
    public async Task A_stream_is_settled_with_what_the_provider_reported()
    {
        var access = new RecordedAccess();
        await using var gateway = await StartAsync(access);
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]");
        await gateway.PostAsync("/api/chat", """{"model":"m","messages":[{"role":"user","content":"hi"}]}""");
        await access.WaitForSettlementAsync();
        var settled = Assert.Single(access.Settled);
        Assert.Equal((Outcome.Completed, 3L, 2L), (settled.Outcome, settled.Usage.InputTotal, settled.Usage.OutputTotal));
    }

    [Fact]
    public async Task What_was_used_before_another_target_was_tried_is_settled_as_well()
    {
        var access = new RecordedAccess();
        await using var gateway = await StartAsync(access);
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(
            http,
            """{"id":"x","choices":[],"usage":{"prompt_tokens":30,"completion_tokens":20,"total_tokens":50}}""",
            """{"error":{"message":"The server is overloaded.","type":"server_error","code":503}}""");
        gateway.Second.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]");
        var (status, text, _) = await gateway.PostAsync("/api/chat", """{"model":"both","messages":[{"role":"user","content":"hi"}]}""");
        Assert.True(status == HttpStatusCode.OK, text);
        await access.WaitForSettlementAsync();
        var settled = Assert.Single(access.Settled);
        Assert.Equal(
            [new(new Target("one", "upstream-m"), new Usage(30, 20)) { Status = 503, Elapsed = TimeSpan.Zero }, new(new Target("two", "upstream-second"), new Usage(3, 2))],
            settled.Uses);
        Assert.Equal((Outcome.Completed, new Usage(33, 22), 200), (settled.Outcome, settled.Usage, settled.Status));
    }

    [Fact]
    public async Task A_client_that_leaves_is_settled_for_what_was_produced()
    {
        var access = new RecordedAccess();
        await using var gateway = await StartAsync(access);
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"));
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        using (var answer = await gateway.OpenAsync("/api/chat", """{"model":"m","messages":[{"role":"user","content":"hi"}]}"""))
            await answer.Content.ReadAsStreamAsync();
        await access.WaitForSettlementAsync();
        Assert.Equal((Outcome.ClientLeft, UsageOrigin.Estimated), (access.Settled[0].Outcome, access.Settled[0].Usage.Origin));
    }

    /// <summary>An unexpected exception leaves an answer that is not over and has no error, while the client is still there.</summary>
    [Theory]
    [InlineData(true, false, false, Outcome.Completed)]
    [InlineData(true, true, false, Outcome.Completed)]
    [InlineData(false, true, false, Outcome.ClientLeft)]
    [InlineData(false, false, false, Outcome.Failed)]
    [InlineData(false, true, true, Outcome.Failed)]
    [InlineData(true, false, true, Outcome.Failed)]
    public async Task The_outcome_is_that_of_the_error_then_of_the_answer_then_of_the_client(bool isOver, bool clientLeft, bool failed, Outcome expected)
    {
        var access = new RecordedAccess();
        using var runtime = Runtime(access);
        var http = new DefaultHttpContext { RequestAborted = new CancellationToken(clientLeft) };
        var exchange = new Exchange(http, runtime, new OpenAIChat().Errors, "r");
        var error = failed ? new GatewayError(ErrorKind.UpstreamFailed, Wording.Verbatim("broken")) : null;
        var logged = new List<(Settlement, GatewayError?)>();
        await Step9Settle.RunAsync(exchange, new Reservation(new Caller { Team = "team" }, Admission.Unlimited), new Consumption([new(new Target("one", "m"), new Usage(1, 2))], isOver, error), (settlement, reason) => logged.Add((settlement, reason)));
        Assert.Equal((expected, new Usage(1, 2), failed ? 502 : 200), (Assert.Single(access.Settled).Outcome, access.Settled[0].Usage, access.Settled[0].Status));
        Assert.Equal((access.Settled[0], error), Assert.Single(logged));
    }

    [Theory]
    [InlineData(SocketThread.LargestBody, false)]
    [InlineData(SocketThread.LargestBody + 1, true)]
    public async Task A_large_prompt_is_measured_on_a_thread_for_large_bodies(int length, bool isLarge)
    {
        var access = new RecordedAccess();
        using var runtime = Runtime(access);
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes($"\"{new string('a', length - 2)}\""));
        http.Request.ContentLength = length;
        var exchange = new Exchange(http, runtime, new OpenAIChat().Errors, "r") { Caller = new Caller { Team = "team" } };
        using var body = await exchange.ReadJsonAsync();
        bool? isMeasuredThere = null;
        // The reservation begins on a thread of the pool, whatever thread has read the body.
        await Task.Run(() => Step5Reserve.RunAsync(exchange, new PlannedUse("r", "openai.chat", "m", [], new UpperBound(Measure, null)), () => Task.CompletedTask, failure => new Consumption([], IsOver: true, failure)));
        Assert.Equal(isLarge, isMeasuredThere);
        Assert.Equal(Outcome.Completed, Assert.Single(access.Settled).Outcome);

        long? Measure()
        {
            isMeasuredThere = LargeWork.IsHere;
            return 1;
        }
    }

    private static GatewayRuntime Runtime(IAccessPolicy policy)
    {
        var clock = new ManualTimeProvider();
        var configuration = ConfigurationReader.Read("{}", "test", new Dictionary<string, string>());
        return new GatewayRuntime(new GatewaySnapshot(configuration, clock), clock, NullLoggerFactory.Instance, handsOver: false, policy);
    }

    private static Task<GatewayUnderTest> StartAsync(IAccessPolicy policy) =>
        GatewayUnderTest.StartAsync("openai", options: """{"server":"generic","responses":true}""", policy: policy);
}
