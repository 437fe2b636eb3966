using System.Globalization;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Ollama;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Dialects.Ollama;

/// <summary>Every stream that Ollama's clients get is one that Ollama could have sent (specs/ollama.md 2.1, 2.2, 4.2).</summary>
public sealed class OllamaAnswerStreamTests
{
    private static readonly string[] Counts = ["total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration"];

    private static readonly OllamaChat Chat = new();
    private static readonly OllamaGenerate Generate = new();
    private static readonly ChatRequest Request = Chat.Read("""{"model":"My \"model\":latest","messages":[{"role":"user","content":"hi"}]}""");

    public static TheoryData<string> Answers => [.. WireFixture.ChatCompletions.Where(fixture => !fixture.IsHttpError).Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Answers))]
    public void A_chat_stream_is_legal_and_says_what_the_provider_said(string name)
    {
        var fixture = WireFixture.Named(name);
        var expected = Upstream.Play(fixture);
        var lines = Lines(Chat.Stream(fixture, Request));
        AssertLegal(lines, "message");
        if (!AssertEnd(lines, expected))
            return;

        var messages = lines.Select(line => line.GetProperty("message")).ToList();
        var choice = expected.Answer.Choices[0];
        Assert.Equal(choice.Text.ToString() + choice.Refusal, string.Concat(messages.Select(message => message.Text("content"))));
        Assert.Equal(choice.Reasoning.ToString(), string.Concat(messages.Where(message => message.Has("thinking")).Select(message => message.Text("thinking"))));
        Assert.All(messages, message => Assert.Equal("assistant", message.Text("role")));
        AssertCalls(choice, [.. messages.Where(message => message.Has("tool_calls")).SelectMany(message => message.GetProperty("tool_calls").EnumerateArray())]);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void A_generate_stream_is_legal_and_says_what_the_provider_said(string name)
    {
        var fixture = WireFixture.Named(name);
        var expected = Upstream.Play(fixture);
        var lines = Lines(Generate.Stream(fixture, Request));
        AssertLegal(lines, "response");
        if (!AssertEnd(lines, expected))
            return;
        var choice = expected.Answer.Choices[0];
        Assert.Equal(choice.Text.ToString() + choice.Refusal, string.Concat(lines.Select(line => line.Text("response"))));
        Assert.Equal(choice.Reasoning.ToString(), string.Concat(lines.Where(line => line.Has("thinking")).Select(line => line.Text("thinking"))));
    }

    [Fact]
    public void A_failure_is_an_error_line_and_nothing_after_it()
    {
        var lines = Lines(Chat.Stream(Request, events =>
        {
            events.Text(0, "Hel"u8);
            events.Fail(new GatewayError(ErrorKind.UpstreamFailed, Wording.Verbatim("it \"broke\"")));
        }));
        Assert.Equal(2, lines.Count);
        Assert.Equal(["error"], lines[1].Names());
        Assert.Equal("it \"broke\"", lines[1].Text("error"));
    }

    [Fact]
    public void Reasoning_is_left_out_when_the_client_switched_it_off()
    {
        var off = Chat.Read("""{"model":"m","messages":[],"think":false}""");
        var stream = Chat.Stream(off, events =>
        {
            events.Reasoning(0, "secretly"u8);
            events.Text(0, "a"u8);
            events.Stop(0, StopReason.Stop);
            events.End();
        });
        Assert.DoesNotContain("secretly", stream, StringComparison.Ordinal);
        Assert.DoesNotContain("thinking", stream, StringComparison.Ordinal);
        Assert.Equal(2, Lines(stream).Count);
    }

    [Fact]
    public void Thinking_and_calls_are_absent_rather_than_empty()
    {
        var lines = Lines(Chat.Stream(Request, events =>
        {
            events.Text(0, "a"u8);
            events.Stop(0, StopReason.Stop);
            events.End();
        }));
        Assert.All(lines, line => Assert.Equal(["role", "content"], line.GetProperty("message").Names()));
    }

    [Fact]
    public void Times_and_counts_are_measured_and_told_on_the_last_line()
    {
        var clock = new ManualTimeProvider();
        var started = clock.GetTimestamp();
        var context = new AnswerContext(Request, InboundCalls.RequestId, clock, started);
        clock.Advance(TimeSpan.FromMilliseconds(20));
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var events = Chat.OpenStream(context, output);
        events.Start(null);
        clock.Advance(TimeSpan.FromMilliseconds(300));
        events.Text(0, "a"u8);
        clock.Advance(TimeSpan.FromMilliseconds(1000));
        context.PassTime();
        events.Text(0, "b"u8);
        events.Usage(new Usage(11, 22, CacheRead: 5, Reasoning: 3));
        events.Stop(0, StopReason.Length);
        events.End();

        var lines = Lines(Json.TextOf(output));
        Assert.Equal("2026-01-02T03:04:05.3200000Z", lines[0].Text("created_at"));
        Assert.Equal("2026-01-02T03:04:06.3200000Z", lines[1].Text("created_at"));
        var last = lines[^1];
        Assert.Equal("length", last.Text("done_reason"));
        Assert.Equal([1_320_000_000, 20_000_000, 11, 300_000_000, 22, 1_000_000_000], Counts.Select(name => last.GetProperty(name).GetInt64()));
    }

    [Fact]
    public void Counts_and_times_are_never_zero()
    {
        var last = Lines(Chat.Stream(Request, events =>
        {
            events.Stop(0, StopReason.Stop);
            events.End();
        }))[^1];
        Assert.All(Counts, name => Assert.True(last.GetProperty(name).GetInt64() >= 1, name));
    }

    [Fact]
    public void All_calls_come_whole_in_one_line_before_the_last()
    {
        var lines = Lines(Chat.Stream(Request, events =>
        {
            events.ToolStart(0, 0, "c1", "f");
            events.ToolArguments(0, 0, """{\"a\":"""u8);
            events.ToolStart(0, 1, "c2", "g");
            events.ToolArguments(0, 1, "{}"u8);
            events.ToolArguments(0, 0, """\"\\u00e9\\n\", \"n\": 1.0}"""u8);
            events.ToolEnd(0, 0);
            events.ToolEnd(0, 1);
            events.Stop(0, StopReason.ToolCalls);
            events.End();
        }));
        Assert.Equal(2, lines.Count);
        var calls = lines[0].GetProperty("message").GetProperty("tool_calls");
        Assert.Equal("""{"id":"c1","function":{"index":0,"name":"f","arguments":{"a":"\u00e9\n", "n": 1.0}}}""", calls[0].GetRawText());
        Assert.Equal("""{"id":"c2","function":{"index":1,"name":"g","arguments":{}}}""", calls[1].GetRawText());
        Assert.Equal("stop", lines[1].Text("done_reason"));
        Assert.False(lines[1].GetProperty("message").Has("tool_calls"));
    }

    [Theory]
    [InlineData("""{\"a\":""")]
    [InlineData("[1]")]
    [InlineData("""{} x""")]
    public void A_call_whose_arguments_are_no_object_fails_the_answer(string escaped)
    {
        var lines = Lines(Chat.Stream(Request, Call(escaped, StopReason.ToolCalls)));
        Assert.Equal(["error"], lines.Single().Names());
        Assert.Contains("\"f\"", lines[0].Text("error"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_that_the_limit_cut_is_left_out_and_the_answer_ends_by_length()
    {
        var lines = Lines(Chat.Stream(Request, Call("""{\"a\":""", StopReason.Length)));
        Assert.Equal("length", lines.Single().Text("done_reason"));
        Assert.False(lines[0].GetProperty("message").Has("tool_calls"));
    }

    [Fact]
    public void A_filter_that_left_nothing_is_a_failure_and_one_that_left_text_is_a_stop()
    {
        Assert.Equal(["error"], Lines(Chat.Stream(Request, events =>
        {
            events.Stop(0, StopReason.ContentFilter);
            events.End();
        })).Single().Names());
        var lines = Lines(Chat.Stream(Request, events =>
        {
            events.Text(0, "a"u8);
            events.Stop(0, StopReason.ContentFilter);
            events.End();
        }));
        Assert.Equal("stop", lines[^1].Text("done_reason"));
    }

    [Fact]
    public void Log_probabilities_stand_beside_the_message_and_none_is_lost()
    {
        var lines = Lines(Chat.Stream(Request, events =>
        {
            events.Logprobs(0, """{"token":"x","logprob":-1}"""u8);
            events.Logprobs(0, """{"token":"a","logprob":-2}"""u8);
            events.Text(0, "a"u8);
            events.Logprobs(0, """{"token":"z","logprob":-3}"""u8);
            events.Stop(0, StopReason.Stop);
            events.End();
        }));
        Assert.Equal(["x", "a", "z"], lines.Where(line => line.Has("logprobs")).SelectMany(line => line.GetProperty("logprobs").EnumerateArray()).Select(entry => entry.Text("token")));
        Assert.False(lines[^1].Has("logprobs"));
    }

    [Fact]
    public void Further_choices_have_no_place()
    {
        var lines = Lines(Chat.Stream(Request, events =>
        {
            events.Text(0, "a"u8);
            events.Text(1, "b"u8);
            events.Stop(1, StopReason.Length);
            events.Stop(0, StopReason.Stop);
            events.End();
        }));
        Assert.Equal(["a", ""], lines.Select(line => line.GetProperty("message").Text("content")));
        Assert.Equal("stop", lines[^1].Text("done_reason"));
    }

    private static Action<IAnswerEvents> Call(string arguments, StopReason reason) => events =>
    {
        events.ToolStart(0, 0, "c1", "f");
        events.ToolArguments(0, 0, System.Text.Encoding.UTF8.GetBytes(arguments));
        events.ToolEnd(0, 0);
        events.Stop(0, reason);
        events.End();
    };

    private static List<JsonElement> Lines(string stream)
    {
        Assert.EndsWith("\n", stream, StringComparison.Ordinal);
        var lines = stream[..^1].Split('\n');
        Assert.DoesNotContain("", lines);
        return [.. lines.Select(Json.Parse)];
    }

    private static void AssertLegal(List<JsonElement> lines, string body)
    {
        foreach (var line in lines.Where(line => !line.Has("error")))
        {
            Assert.Equal("My \"model\":latest", line.Text("model"));
            Assert.True(DateTimeOffset.TryParse(line.Text("created_at"), CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && line.Text("created_at")!.EndsWith('Z'));
            Assert.Equal(2026, time.Year);
            Assert.True(line.Has(body));
            var isLast = line.GetProperty("done").GetBoolean();
            Assert.All(Counts, name => Assert.Equal(isLast, line.Has(name)));
            Assert.Equal(isLast, line.Has("done_reason"));
        }
    }

    /// <summary>Asserts the end of a stream. Returns true for a complete answer.</summary>
    private static bool AssertEnd(List<JsonElement> lines, CheckedEvents expected)
    {
        if (expected.Error is { } error)
        {
            Assert.Equal(error.Message, lines[^1].Text("error"));
            Assert.DoesNotContain(lines, line => line.Has("done") && line.GetProperty("done").GetBoolean());
            Assert.Single(lines, line => line.Has("error"));
            return false;
        }

        Assert.DoesNotContain(lines, line => line.Has("error"));
        Assert.Single(lines, line => line.GetProperty("done").GetBoolean());
        var last = lines[^1];
        Assert.True(last.GetProperty("done").GetBoolean());
        Assert.Equal(expected.Answer.Choices[0].StopReason == StopReason.Length ? "length" : "stop", last.Text("done_reason"));
        Assert.Equal(Math.Max(1, expected.Answer.Usage.InputTotal), last.GetProperty("prompt_eval_count").GetInt64());
        Assert.Equal(Math.Max(1, expected.Answer.Usage.OutputTotal), last.GetProperty("eval_count").GetInt64());
        return true;
    }

    private static void AssertCalls(AnswerChoice choice, List<JsonElement> calls)
    {
        Assert.Equal(choice.ToolCalls.Count, calls.Count);
        for (var index = 0; index < calls.Count; index++)
        {
            var function = calls[index].GetProperty("function");
            Assert.NotEmpty(calls[index].Text("id")!);
            Assert.Equal(index, function.GetProperty("index").GetInt32());
            Assert.Equal(choice.ToolCalls[index].Name, function.Text("name"));
            Assert.Equal(choice.ToolCalls[index].Arguments.ToString().Trim(), function.GetProperty("arguments").GetRawText());
        }
    }
}
