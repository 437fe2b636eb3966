using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Gateway.Tests.Dialects;
using Dragoman.Gateway.Tests.Matrix;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Conversation;

public sealed class WorkLimitTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider clock = new();

    public static TheoryData<string> Clients => ClientDialect.Names;

    [Fact]
    public void All_stretches_of_work_count_together_and_what_lies_between_them_does_not()
    {
        var work = new WorkLimit(clock, Longest, default);
        using (work.Begin())
            clock.Advance(Longest / 2);
        clock.Advance(10 * Longest);
        using (work.Begin())
        {
            clock.Advance(Longest / 2);
            work.Spend(int.MaxValue);
            clock.Advance(TimeSpan.FromTicks(1));
            var error = Assert.Throws<GatewayException>(() => work.Spend(int.MaxValue)).Error;
            Assert.Equal((413, WorkLimit.ErrorCode), (error.Status, error.Code));
            Assert.Contains("10 seconds", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_stretch_within_another_counts_once()
    {
        var work = new WorkLimit(clock, Longest, default);
        using (work.Begin())
        {
            using (work.Begin())
                clock.Advance(Longest);
            work.Spend(int.MaxValue);
        }

        using (work.Begin())
            work.Spend(int.MaxValue);
    }

    [Fact]
    public void Many_small_items_are_looked_at_like_a_large_one()
    {
        var work = new WorkLimit(clock, Longest, default);
        using (work.Begin())
        {
            clock.Advance(2 * Longest);
            Assert.Throws<GatewayException>(() =>
            {
                for (var item = 0; item < 1000; item++)
                    work.Spend();
            });
        }
    }

    [Fact]
    public void Without_a_bound_or_outside_of_a_stretch_nothing_ends_it()
    {
        var endless = new WorkLimit(clock, Timeout.InfiniteTimeSpan, default);
        using (endless.Begin())
        {
            clock.Advance(TimeSpan.FromDays(1));
            endless.Spend(int.MaxValue);
        }

        var work = new WorkLimit(clock, Longest, new CancellationToken(canceled: true));
        clock.Advance(2 * Longest);
        work.Spend(int.MaxValue);
        WorkLimit.None.Spend(int.MaxValue);
    }

    [Fact]
    public void Work_that_nobody_waits_for_ends()
    {
        using var left = new CancellationTokenSource();
        var work = new WorkLimit(clock, Longest, left.Token);
        using (work.Begin())
        {
            work.Spend(int.MaxValue);
            left.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => work.Spend(int.MaxValue));
        }
    }

    /// <summary>In every dialect, reading a long request stops when the time is over or the client has disconnected.</summary>
    [Theory]
    [MemberData(nameof(Clients))]
    public void Every_dialect_stops_reading(string client)
    {
        var dialect = ClientDialect.Named(client);
        using var body = JsonDocument.Parse(Long(dialect.Name));
        dialect.Dialect.Read(body.RootElement, RequestContext.Bare);

        var late = new WorkLimit(new HastyClock(), Longest, default);
        using (late.Begin())
            Assert.Equal(WorkLimit.ErrorCode, Assert.Throws<GatewayException>(() => dialect.Dialect.Read(body.RootElement, RequestContext.Bare with { Work = late })).Error.Code);

        var lonely = new WorkLimit(clock, Longest, new CancellationToken(canceled: true));
        using (lonely.Begin())
            Assert.ThrowsAny<OperationCanceledException>(() => dialect.Dialect.Read(body.RootElement, RequestContext.Bare with { Work = lonely }));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Writing_to_every_provider_stops(string client)
    {
        var dialect = ClientDialect.Named(client);
        var request = dialect.Dialect.Read(Encoding.UTF8.GetString(Long(dialect.Name)));
        // A completion's text is one part, which is written in one step.
        if (request.Turns.Sum(turn => turn.Parts.Count) < 2)
            return;
        foreach (var family in ProviderFamily.All)
        {
            var late = new WorkLimit(new HastyClock(), Longest, default);
            using (late.Begin())
                Assert.Equal((family.ToString(), WorkLimit.ErrorCode), (family.ToString(), Assert.Throws<GatewayException>(() => family.Dialect.Write(request, "m", new LossReport { Work = late })).Error.Code));
        }
    }

    [Fact]
    public void Reading_and_judging_by_a_schema_stop()
    {
        var schema = $$"""{"type":"object","properties":{ {{string.Join(',', Enumerable.Range(0, 4000).Select(index => $"\"p{index}\":{{\"type\":\"string\"}}"))}} } }""";
        var late = new WorkLimit(new HastyClock(), Longest, default);
        using (late.Begin())
            Assert.Equal(WorkLimit.ErrorCode, Assert.Throws<GatewayException>(() => SchemaSanitizer.Sanitize(schema, SchemaRules.GeminiJsonSchema, "schema", late)).Error.Code);

        var judged = new WorkLimit(clock, Longest, default);
        var parsed = AnswerSchema.Parse("""{"items":{"type":"integer"}}""", judged);
        var answer = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, 10_000))}]");
        using (judged.Begin())
        {
            Assert.Null(parsed.FindMismatch(answer));
            clock.Advance(2 * Longest);
            Assert.Throws<GatewayException>(() => parsed.FindMismatch(answer));
        }
    }

    private static byte[] Long(string client)
    {
        var many = Enumerable.Range(0, 4000);
        return Encoding.UTF8.GetBytes(client switch
        {
            "chat" => $$"""{"model":"m","messages":[{{string.Join(',', many.Select(_ => """{"role":"user","content":"hi"}"""))}}]}""",
            "responses" => $$"""{"model":"m","input":[{{string.Join(',', many.Select(_ => """{"role":"user","content":"hi"}"""))}}]}""",
            "messages" => $$"""{"model":"m","max_tokens":5,"messages":[{{string.Join(',', many.Select(_ => """{"role":"user","content":"hi"}"""))}}]}""",
            "ollama chat" => $$"""{"model":"m","messages":[{{string.Join(',', many.Select(_ => """{"role":"user","content":"hi"}"""))}}]}""",
            "ollama generate" => $$"""{"model":"m","prompt":"hi","images":[{{string.Join(',', many.Select(_ => "\"iVBORw0KGgo=\""))}}]}""",
            _ => $$"""{"model":"m","prompt":"hi",{{string.Join(',', many.Select(index => $"\"x{index}\":1"))}} }""",
        });
    }

    /// <summary>A clock on which an hour passes between two readings.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now += TimeSpan.TicksPerHour;
    }
}
