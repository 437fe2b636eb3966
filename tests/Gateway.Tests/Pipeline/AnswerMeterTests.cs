using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Providers;
using Dragoman.Secrets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Pipeline;

public sealed class AnswerMeterTests : IDisposable
{
    private const int MostBytes = 4096;

    /// <summary>What a call counts in addition to its texts.</summary>
    private const int CallBytes = 1024;

    private readonly ManualTimeProvider clock = new();
    private readonly RecordedEvents recorded = new();
    private readonly GatewayRuntime runtime;
    private readonly Exchange exchange;
    private readonly Provider provider;

    public AnswerMeterTests()
    {
        var configuration = ConfigurationReader.Read($$"""{ "limits": { "answerBytes": {{MostBytes}} } }""", "test", new Dictionary<string, string>());
        runtime = new GatewayRuntime(new GatewaySnapshot(configuration, clock), clock, NullLoggerFactory.Instance, handsOver: false);
        exchange = new Exchange(new DefaultHttpContext(), runtime, new OpenAIChat().Errors, "r");
        provider = new Provider(new ProviderSettings("here", "mistral", new Uri("http://127.0.0.1/v1/"), SecretReference.OfLiteral("sentinel-secret"), PublishesAll: false, Timeouts.Default), clock);
    }

    /// <summary>Events that have bytes: how they are raised with a size, what the size counts besides, and whether they are visible content.</summary>
    private static readonly Dictionary<string, (Action<AnswerMeter, int> Raise, int More, bool IsContent)> Events = new()
    {
        ["text"] = ((meter, size) => meter.Text(0, new byte[size]), 0, true),
        ["reasoning"] = ((meter, size) => meter.Reasoning(0, new byte[size]), 0, true),
        ["refusal"] = ((meter, size) => meter.Refusal(0, new byte[size]), 0, true),
        ["arguments"] = ((meter, size) => meter.ToolArguments(0, 0, new byte[size]), 0, true),
        ["call"] = ((meter, size) => meter.ToolStart(0, 0, new string('i', size), "name"), CallBytes + 4, true),
        ["name"] = ((meter, size) => meter.ToolStart(0, 0, "id", new string('n', size)), CallBytes + 2, true),
        ["logprobs"] = ((meter, size) => meter.Logprobs(0, new byte[size]), 0, false),
        ["state"] = ((meter, size) => meter.State(0, null, OpaqueState.Of(StateKind.OpenAIReasoning, "m", new string('s', size))), 0, false),
        ["media"] = ((meter, size) => meter.Media(0, "image/png", new byte[size]), 0, false),
    };

    public static TheoryData<string> Names => [.. Events.Keys];

    public void Dispose()
    {
        provider.Dispose();
        exchange.Release();
        runtime.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_event_counts_its_bytes_and_is_forwarded(string name)
    {
        var (raise, more, isContent) = Events[name];
        var meter = Meter();
        raise(meter, 100);
        raise(meter, 20);
        Assert.Equal(120 + (2 * more), meter.CarriedBytes);
        Assert.Equal(2, recorded.All.Count);
        Assert.Equal(isContent, meter.HasContent);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_answer_may_have_as_many_bytes_as_configured_and_not_one_more(string name)
    {
        var (raise, more, _) = Events[name];
        Assert.Equal(MostBytes, Meter().MostBytes);
        var meter = Meter();
        raise(meter, MostBytes - more);
        Assert.Equal(MostBytes, meter.CarriedBytes);
        var error = Assert.Throws<GatewayException>(() => meter.Text(0, "a"u8)).Error;
        Assert.Equal((ErrorKind.UpstreamFailed, "upstream_answer_too_large", $"The provider's answer is larger than {MostBytes} bytes."), (error.Kind, error.Code, error.Message));
        Assert.Throws<GatewayException>(() => raise(Meter(), MostBytes - more + 1));
        Assert.Single(recorded.All);
    }

    [Fact]
    public void The_first_visible_event_has_the_time()
    {
        var meter = Meter();
        clock.Advance(TimeSpan.FromSeconds(1));
        meter.State(0, null, OpaqueState.Of(StateKind.OpenAIReasoning, "m", "state"));
        meter.Usage(new Usage(1, 2));
        Assert.Null(meter.FirstEventAfter);
        clock.Advance(TimeSpan.FromSeconds(2));
        meter.Text(0, "a"u8);
        clock.Advance(TimeSpan.FromSeconds(4));
        meter.Text(0, "b"u8);
        Assert.Equal(TimeSpan.FromSeconds(3), meter.FirstEventAfter);
    }

    [Fact]
    public void A_stop_begins_an_answer_without_content()
    {
        var meter = Meter();
        clock.Advance(TimeSpan.FromSeconds(1));
        meter.Stop(0, StopReason.Length, "###");
        Assert.True(meter.HasContent);
        Assert.Equal(TimeSpan.FromSeconds(1), meter.FirstEventAfter);
        Assert.Equal(0, meter.CarriedBytes);
        Assert.Equal(["stop 0 Length ###"], recorded.All);
    }

    [Fact]
    public void Without_any_event_nothing_is_settled()
    {
        var meter = Meter();
        Assert.Equal(Usage.Absent, meter.UsageSoFar);
        Assert.False(meter.HasContent);
        Assert.False(meter.IsOver);
    }

    /// <summary>State and media are not text, so their tokens are not estimated.</summary>
    [Fact]
    public void An_estimate_counts_what_was_written()
    {
        var meter = Meter(promptLength: 400);
        meter.Text(0, new byte[40]);
        meter.Reasoning(0, new byte[4]);
        meter.ToolStart(0, 0, "id", "name");
        meter.ToolArguments(0, 0, new byte[8]);
        meter.State(0, null, OpaqueState.Of(StateKind.OpenAIReasoning, "m", new string('s', 400)));
        meter.Media(0, "image/png", new byte[400]);
        Assert.Equal(new Usage(100, 14, Origin: UsageOrigin.Estimated), meter.UsageSoFar);
        meter.Usage(new Usage(7, 8));
        Assert.Equal(new Usage(7, 8), meter.UsageSoFar);
    }

    [Fact]
    public void An_estimate_is_raised_before_the_end_of_an_answer_that_was_not_counted()
    {
        var meter = Meter(promptLength: 3);
        meter.Text(0, "a"u8);
        meter.End();
        Assert.True(meter.IsOver);
        Assert.Equal(["text 0 a", $"usage {new Usage(1, 1, Origin: UsageOrigin.Estimated)}", "end"], recorded.All);
    }

    [Fact]
    public void An_answer_that_was_counted_ends_without_an_estimate()
    {
        var meter = Meter();
        meter.Usage(new Usage(0, 0));
        meter.End();
        Assert.Equal([$"usage {new Usage(0, 0)}", "end"], recorded.All);
        Assert.Equal(new Usage(0, 0), meter.UsageSoFar);
    }

    [Fact]
    public void A_failure_ends_the_answer_without_the_providers_key()
    {
        var meter = Meter();
        meter.Fail(new GatewayError(ErrorKind.UpstreamFailed, Wording.Verbatim("broken: sentinel-secret")));
        Assert.True(meter.IsOver);
        Assert.NotNull(meter.Error);
        Assert.DoesNotContain("sentinel-secret", meter.Error.Message, StringComparison.Ordinal);
        Assert.Equal([$"fail UpstreamFailed  {meter.Error.Message}"], recorded.All);
    }

    [Fact]
    public void Nothing_fails_after_the_end()
    {
        var meter = Meter();
        meter.Usage(new Usage(1, 1));
        meter.End();
        meter.Fail(new GatewayError(ErrorKind.UpstreamFailed, Wording.Verbatim("late")));
        Assert.Null(meter.Error);
        Assert.Equal("end", recorded.All[^1]);
    }

    private AnswerMeter Meter(int promptLength = 40) => new(recorded, promptLength, exchange, provider);
}
