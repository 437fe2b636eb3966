using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Locales;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects.Answers;

public class AnswerCourseTests
{
    private static readonly GatewayError Failure = new(ErrorKind.UpstreamFailed, Wording.Verbatim("failed"));

    private static readonly OpaqueState Signature = OpaqueState.Of(StateKind.AnthropicSignature, "model", "signature");

    private readonly RecordedEvents recorded = new();
    private readonly AnswerCourse course = new();

    public AnswerCourseTests() => course.RaiseTo(new CheckedEvents(recorded));

    /// <summary>All calls of a reader, in any order and with any arguments.</summary>
    private static readonly Action<AnswerCourse, int, int>[] Everything =
    [
        (course, choice, _) => course.Start($"id {choice}"),
        (course, choice, slot) => course.Text(choice, Escaped(slot)),
        (course, choice, slot) => course.Reasoning(choice, Escaped(slot)),
        (course, choice, slot) => course.Refusal(choice, Escaped(slot)),
        (course, choice, slot) => course.ToolStart(choice, (string?[])[null, "", "a", "b"] switch { var ids => ids[(slot + 2) % ids.Length] }, "tool"),
        (course, choice, slot) => course.ToolArguments(choice, slot, "{}"u8),
        (course, choice, slot) => course.ToolEnd(choice, slot),
        (course, choice, _) => course.Logprobs(choice, "{}"u8),
        (course, _, slot) => course.Usage(new Usage(slot, slot)),
        (course, choice, slot) => course.State(choice, slot < 0 ? null : slot, Signature),
        (course, choice, _) => course.Media(choice, "image/png", "AAAA"u8),
        (course, choice, _) => course.Stop(choice, StopReason.Stop),
        (course, _, _) => course.End(),
        (course, _, slot) => course.ToolStart(slot, "a", ""),
        (course, _, _) => course.Fail(Failure),
        (course, _, _) => course.FailTruncated(),
    ];

    /// <summary>The number of calls that do not end the answer.</summary>
    private static readonly int Harmless = Everything.Length - 4;

    [Fact]
    public void No_order_of_calls_breaks_a_promise()
    {
        var call = from what in Gen.Frequency((100, Gen.Choose(0, Harmless - 1)), (1, Gen.Choose(Harmless, Everything.Length - 1)))
                   from choice in Gen.Choose(-1, 1)
                   from slot in Gen.Choose(-1, 3)
                   select (what, choice, slot);
        var cases = Generated.Cases(4000);
        var ends = 0;
        Generated.Check(call.ListOf(40), cases, calls =>
        {
            var events = new CheckedEvents();
            var any = new AnswerCourse();
            any.RaiseTo(events);
            foreach (var (what, choice, slot) in calls)
                Everything[what](any, choice, slot);
            Assert.Equal(any.HasEnded, events.HasEnded);
            // After any calls, the answer can be ended.
            any.End();
            Assert.True(events.HasEnded);
            ends += events.EndedWell ? 1 : 0;
        });
        Assert.InRange(ends, cases / 10, cases * 9 / 10);
    }

    [Fact]
    public void Any_event_starts_the_answer_which_starts_once()
    {
        course.Text(0, "a"u8);
        course.Start("late");
        AssertRaised("start ", "text 0 a");
    }

    [Theory]
    [InlineData("""{"id":"x","choices":[]}""", "start x")]
    [InlineData("""{"choices":[{"id":"inner"}],"id":"x"}""", "start x")]
    [InlineData("""{"choices":[{"id":"inner"}],"id":"\u0078"}""", "start x")]
    [InlineData("""{"id":""}""", null)]
    [InlineData("""{"id":7}""", null)]
    [InlineData("""{"id":null}""", null)]
    [InlineData("""{"choices":[{"id":"inner"}]}""", null)]
    public void The_id_is_found_wherever_it_stands(string json, string? raised)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        course.StartIfNamed(reader, "id"u8);
        Assert.Equal(JsonTokenType.StartObject, reader.TokenType);
        Assert.Equal(raised is not null, course.HasStarted);
        AssertRaised(raised is null ? [] : [raised]);
    }

    [Fact]
    public void An_answer_that_has_started_takes_no_other_id()
    {
        course.Start();
        var reader = new Utf8JsonReader("""{"id":"x"}"""u8);
        reader.Read();
        course.StartIfNamed(reader, "id"u8);
        AssertRaised("start ");
    }

    [Fact]
    public void Every_event_is_raised_with_its_content()
    {
        course.Usage(new Usage(1, 2));
        course.Text(0, "a"u8);
        course.Reasoning(0, "b"u8);
        course.Refusal(1, "c"u8);
        course.Logprobs(1, "{}"u8);
        course.State(0, null, Signature);
        course.Media(0, "image/png", "AAAA"u8);
        AssertRaised("start ", $"usage {new Usage(1, 2)}", "text 0 a", "reasoning 0 b", "refusal 1 c", "logprobs 1 {}", $"state 0  {Signature}", "media 0 image/png AAAA");
    }

    [Fact]
    public void An_empty_delta_is_not_raised_and_starts_nothing()
    {
        course.Text(0, default);
        course.Reasoning(0, default);
        course.Refusal(0, default);
        course.Logprobs(0, default);
        course.Media(0, "image/png", default);
        course.State(0, null, Signature with { Value = "" });
        Assert.False(course.HasStarted);
        AssertRaised();
    }

    [Fact]
    public void Nothing_of_a_choice_follows_its_stop()
    {
        course.Text(1, "b"u8);
        course.Stop(1, StopReason.Length);
        course.Text(1, "late"u8);
        course.ToolStart(1, "late", "tool");
        course.Stop(1, StopReason.Stop);
        course.Text(0, "a"u8);
        course.Stop(0, StopReason.StopSequence, "###");
        course.Usage(Usage.Absent);
        course.End();
        AssertRaised("start ", "text 1 b", "stop 1 Length ", "text 0 a", "stop 0 StopSequence ###", $"usage {Usage.Absent}", "end");
    }

    [Fact]
    public void Nothing_follows_the_end()
    {
        course.Stop(0, StopReason.Stop);
        course.End();
        Assert.True(course.HasEnded);
        foreach (var anything in Everything)
            anything(course, 0, 0);
        course.Text(1, "late"u8);
        AssertRaised("start ", "stop 0 Stop ", "end");
    }

    [Fact]
    public void Nothing_follows_a_failure()
    {
        course.Text(0, "a"u8);
        course.Fail(Failure);
        Assert.True(course.HasEnded);
        foreach (var anything in Everything)
            anything(course, 0, 0);
        AssertRaised("start ", "text 0 a", "fail UpstreamFailed  failed");
    }

    [Fact]
    public void An_answer_ends_well_only_when_all_its_choices_have_stopped()
    {
        course.Text(1, "b"u8);
        course.Stop(1, StopReason.Stop);
        course.End();
        AssertRaised("start ", "text 1 b", "stop 1 Stop ", "fail UpstreamFailed upstream_stream_truncated The provider's answer ended before it was complete.");
    }

    [Fact]
    public void An_answer_without_a_choice_is_cut_short()
    {
        course.Start("x");
        course.End();
        AssertRaised("start x", "fail UpstreamFailed upstream_stream_truncated The provider's answer ended before it was complete.");
    }

    [Fact]
    public void Calls_get_the_next_slot_and_an_id_of_their_own()
    {
        Assert.Equal(0, course.ToolStart(0, "a", "f"));
        Assert.Equal(1, course.ToolStart(0, "a", "f"));
        Assert.Equal(2, course.ToolStart(0, "", "g"));
        Assert.Equal(3, course.ToolStart(0, null, "g"));
        // Another choice has its own calls.
        Assert.Equal(0, course.ToolStart(1, "a", "f"));
        Assert.Equal((4, 1, 0), (course.CallsOf(0), course.CallsOf(1), course.CallsOf(2)));
        AssertRaised("start ", "tool 0 0 a f", "tool 0 1 made up f", "tool 0 2 made up g", "tool 0 3 made up g", "tool 1 0 a f");
    }

    [Fact]
    public void Made_up_ids_look_like_the_providers()
    {
        var answer = new AnswerCollector();
        var anthropic = new AnswerCourse("toolu_");
        anthropic.RaiseTo(answer);
        anthropic.ToolStart(0, null, "f");
        Assert.Matches("^toolu_[0-9a-f]{24}$", answer.Answer.Choices[0].ToolCalls[0].Id);
    }

    [Fact]
    public void What_belongs_to_a_call_comes_while_the_call_is_open()
    {
        course.ToolArguments(0, 0, "early"u8);
        var slot = course.ToolStart(0, "a", "f");
        course.ToolArguments(0, slot + 1, "other"u8);
        course.State(0, slot + 1, Signature);
        course.ToolArguments(0, slot, "{}"u8);
        course.State(0, slot, Signature);
        course.ToolEnd(0, slot);
        course.ToolEnd(0, slot);
        course.ToolArguments(0, slot, "late"u8);
        course.State(0, slot, Signature);
        AssertRaised("start ", "tool 0 0 a f", "arguments 0 0 {}", $"state 0 0 {Signature}", "tool end 0 0");
    }

    [Fact]
    public void Calls_end_before_their_choice_stops()
    {
        course.ToolStart(0, "a", "f");
        course.ToolEnd(0, course.ToolStart(0, "b", "f"));
        course.ToolStart(0, "c", "f");
        course.Stop(0, StopReason.ToolCalls);
        AssertRaised("start ", "tool 0 0 a f", "tool 0 1 b f", "tool end 0 1", "tool 0 2 c f", "tool end 0 0", "tool end 0 2", "stop 0 ToolCalls ");
    }

    [Fact]
    public void A_call_without_a_name_fails_the_answer()
    {
        var slot = course.ToolStart(0, "a", "");
        course.ToolArguments(0, slot, "{}"u8);
        course.ToolEnd(0, slot);
        course.Stop(0, StopReason.ToolCalls);
        AssertRaised("start ", "fail UpstreamFailed  The provider sent a tool call without a name.");
    }

    [Theory]
    [InlineData(int.MinValue, false)]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(AnswerCourse.MostChoices - 1, true)]
    [InlineData(AnswerCourse.MostChoices, false)]
    [InlineData(int.MaxValue, false)]
    public void Choices_are_as_many_as_anybody_asks_for(int choice, bool isOne)
    {
        course.Text(choice, "a"u8);
        AssertRaised(isOne ? ["start ", $"text {choice} a"] : []);
    }

    [Fact]
    public void What_cannot_be_read_fails_the_answer()
    {
        course.FailEventNotJson();
        AssertRaised("start ", "fail UpstreamFailed  The provider sent a stream event that is not JSON.");
        var body = new RecordedEvents();
        var other = new AnswerCourse();
        other.RaiseTo(body);
        other.FailBodyNotJson();
        Assert.Equal(["start ", "fail UpstreamFailed  The provider's answer is not JSON."], body.All);
    }

    private static byte[] Escaped(int length) => Encoding.UTF8.GetBytes(new string('x', Math.Max(0, length)));

    private void AssertRaised(params string[] expected) => Assert.Equal(expected, recorded.All);
}
