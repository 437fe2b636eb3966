using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;
using FsCheck;
using FsCheck.Fluent;
using Responses = Dragoman.Dialects.OpenAIResponses.Inbound.OpenAIResponses;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIResponses.Inbound;

public sealed class ResponsesStreamTests
{
    private static readonly Responses Dialect = new();

    private static readonly ChatRequest Request = new()
    {
        Model = "My \"model\"",
        Stream = true,
        Tools = [new ToolDefinition("patch", null, FreeText.Parameters) { FreeText = new FreeText(null) }],
        Source = JsonMembers.TryRead("{\"model\":\"My \\\"model\\\"\",\n\"temperature\": 0.5,\r\n\"text\":{\"verbosity\":\"low\"}, \"tools\":[\n{\"type\":\"custom\",\"name\":\"patch\"}]}"u8.ToArray()),
    };

    public static TheoryData<string> Answers => [.. WireFixture.ChatCompletions.Where(fixture => !fixture.IsHttpError).Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Answers))]
    public void Every_recorded_answer_becomes_a_legal_stream(string name)
    {
        var fixture = WireFixture.Named(name);
        var events = Upstream.Play(fixture);
        var stream = ResponsesGrammar.Read(Dialect.Stream(fixture, Request));
        Assert.Equal(events.Error is null, stream.Events[^1].Type != "response.failed");
        if (events.Error is not null)
            return;
        AssertSame(events.Answer.Choices[0], stream);
    }

    [Fact]
    public void Any_sequence_of_events_becomes_a_legal_stream_with_the_same_answer() => Generated.Check(
        Steps.ListOf(),
        400,
        steps =>
        {
            var collector = new AnswerCollector();
            var stream = ResponsesGrammar.Read(Dialect.Stream(Request, sink =>
            {
                var calls = new List<int>();
                foreach (var step in steps)
                    step(new Both(sink, collector), calls);
                foreach (var call in calls)
                    sink.ToolEnd(0, call);
                sink.Usage(new Usage(1, 2));
                sink.Stop(0, StopReason.Stop);
                collector.Stop(0, StopReason.Stop);
                sink.End();
            }));
            AssertSame(collector.Answer.Choices[0], stream);
        });

    [Fact]
    public void The_response_says_again_what_the_client_asked_for()
    {
        var stream = ResponsesGrammar.Read(Dialect.Stream(Request, sink =>
        {
            sink.Text(0, "hi"u8);
            sink.Usage(new Usage(10, 5, 4, 3, 2));
            sink.Stop(0, StopReason.Stop);
            sink.End();
        }));
        var response = stream.Last.GetProperty("response");
        Assert.Equal("My \"model\"", response.Text("model"));
        Assert.Equal("resp_req-1", response.Text("id"));
        Assert.Equal(0.5, response.GetProperty("temperature").GetDouble());
        Assert.Equal("low", response.GetProperty("text").Text("verbosity"));
        Assert.Equal("text", response.GetProperty("text").GetProperty("format").Text("type"));
        Assert.Equal("patch", response.GetProperty("tools")[0].Text("name"));
        Assert.Equal(
            """{"input_tokens":10,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":3},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":15}""",
            response.GetProperty("usage").GetRawText());
    }

    [Theory]
    [InlineData(StopReason.Length, "max_output_tokens")]
    [InlineData(StopReason.ContextWindow, "max_output_tokens")]
    [InlineData(StopReason.ContentFilter, "content_filter")]
    public void A_cut_answer_is_incomplete_and_says_why(StopReason reason, string word)
    {
        var stream = ResponsesGrammar.Read(Dialect.Stream(Request, sink =>
        {
            sink.Text(0, "Once"u8);
            sink.Stop(0, reason);
            sink.End();
        }));
        var response = stream.Last.GetProperty("response");
        Assert.Equal(word, response.GetProperty("incomplete_details").Text("reason"));
        Assert.Equal("incomplete", response.GetProperty("output")[0].Text("status"));
    }

    [Fact]
    public void Calls_that_overlap_come_one_after_the_other()
    {
        var stream = ResponsesGrammar.Read(Dialect.Stream(Request, sink =>
        {
            sink.ToolStart(0, 0, "a", "f");
            sink.ToolArguments(0, 0, "{\\\"x\\\":"u8);
            sink.ToolStart(0, 1, "b", "g");
            sink.ToolArguments(0, 1, "{}"u8);
            sink.ToolArguments(0, 0, "1}"u8);
            sink.ToolEnd(0, 0);
            sink.ToolEnd(0, 1);
            sink.Stop(0, StopReason.ToolCalls);
            sink.End();
        }));
        Assert.Equal([("a", "f", "{\"x\":1}"), ("b", "g", "{}")], stream.Calls);
        Assert.Equal("completed", stream.Last.GetProperty("response").Text("status"));
    }

    [Fact]
    public void A_free_text_call_tells_its_text()
    {
        var stream = ResponsesGrammar.Read(Dialect.Stream(Request, sink =>
        {
            sink.ToolStart(0, 0, "a", "patch");
            sink.ToolArguments(0, 0, JsonText.Escape("{\"input\":\"say \\\"hi\\\"\\n\"}"));
            sink.ToolEnd(0, 0);
            sink.Stop(0, StopReason.ToolCalls);
            sink.End();
        }));
        Assert.Equal([("a", "patch", "say \"hi\"\n")], stream.Calls);
        Assert.Contains(stream.Events, each => each.Type == "response.custom_tool_call_input.delta");
    }

    [Fact]
    public void Foreign_state_goes_out_in_an_envelope_and_comes_back()
    {
        var state = OpaqueState.Of(StateKind.AnthropicSignature, "claude", "sig");
        var stream = ResponsesGrammar.Read(Dialect.Stream(Request, sink =>
        {
            sink.Reasoning(0, "hm"u8);
            sink.State(0, null, state);
            sink.State(0, null, state);
            sink.Text(0, "hi"u8);
            sink.Stop(0, StopReason.Stop);
            sink.End();
        }));
        var output = stream.Last.GetProperty("response").GetProperty("output");
        Assert.Equal(3, output.GetArrayLength());
        Assert.Equal(0, output[1].GetProperty("summary").GetArrayLength());
        var again = Dialect.Read($$"""{"model":"m","input":[{"role":"user","content":"a"},{{output[0].GetRawText()}},{{output[2].GetRawText()}}]}""");
        Assert.Equal(state, Assert.IsType<ReasoningPart>(again.Turns[1].Parts[0]).State);
        Assert.Equal(new TextPart("hi"), again.Turns[1].Parts[1]);
    }

    [Fact]
    public void A_failure_is_an_error_and_then_a_failed_response_with_what_was_whole()
    {
        var stream = ResponsesGrammar.Read(Dialect.Stream(Request, sink =>
        {
            sink.Reasoning(0, "hm"u8);
            sink.Text(0, "Par"u8);
            sink.Fail(new GatewayError(ErrorKind.RateLimited, Wording.Verbatim("slow down")));
        }));
        var response = stream.Last.GetProperty("response");
        Assert.Equal("rate_limit_exceeded", response.GetProperty("error").Text("code"));
        Assert.Equal("reasoning", Assert.Single(response.GetProperty("output").EnumerateArray()).Text("type"));
    }

    [Fact]
    public void A_whole_answer_has_the_items_of_the_stream()
    {
        void Raise(IAnswerEvents sink)
        {
            sink.Reasoning(0, "hm"u8);
            sink.State(0, null, OpaqueState.Of(StateKind.OpenAIReasoning, "o", "gA"));
            sink.Text(0, "a\\n"u8);
            sink.Refusal(0, "no"u8);
            sink.ToolStart(0, 0, "c", "f");
            sink.ToolArguments(0, 0, "{}"u8);
            sink.ToolEnd(0, 0);
            sink.Media(0, "image/png", "AAAA"u8);
            sink.Usage(new Usage(1, 2));
            sink.Stop(0, StopReason.ToolCalls);
        }

        var collector = new AnswerCollector();
        Raise(collector);
        var whole = Dialect.Answer(Request, collector.Answer);
        var stream = ResponsesGrammar.Read(Dialect.Stream(Request, sink =>
        {
            Raise(sink);
            sink.End();
        }));
        Assert.Equal(stream.Last.GetProperty("response").GetRawText(), whole.GetRawText());
    }

    private static void AssertSame(AnswerChoice expected, ResponsesGrammar stream)
    {
        Assert.Equal(expected.Text.ToString(), stream.Text);
        Assert.Equal(expected.Refusal.ToString(), stream.Refusal);
        Assert.Equal(expected.Reasoning.ToString(), stream.Reasoning);
        Assert.Equal(
            expected.ToolCalls.Select(call => (call.Id, call.Name, Request.FreeTextTools().Contains(call.Name) ? FreeText.InputOf(call.Arguments.ToString()) : call.Arguments.ToString().TrimEnd())),
            stream.Calls.Select(call => (call.CallId, call.Name, (string?)call.Arguments.TrimEnd())));
    }

    /// <summary>One step of an answer: words, a call or a piece of one, in any order that the contract allows.</summary>
    private static Gen<Action<IAnswerEvents, List<int>>> Steps { get; } = Gen.Frequency<Action<IAnswerEvents, List<int>>>(
        (3, Words.Select<byte[], Action<IAnswerEvents, List<int>>>(text => (sink, _) => sink.Text(0, text))),
        (2, Words.Select<byte[], Action<IAnswerEvents, List<int>>>(text => (sink, _) => sink.Reasoning(0, text))),
        (1, Words.Select<byte[], Action<IAnswerEvents, List<int>>>(text => (sink, _) => sink.Refusal(0, text))),
        (1, Gen.Constant<Action<IAnswerEvents, List<int>>>((sink, _) => sink.State(0, null, OpaqueState.Of(StateKind.AnthropicSignature, "m", "s")))),
        (2, Words.Select<byte[], Action<IAnswerEvents, List<int>>>(text => (sink, calls) => WholeCall(sink, calls, text))),
        (2, Gen.Elements("patch", "f").Select<string, Action<IAnswerEvents, List<int>>>(name => (sink, calls) => OpenCall(sink, calls, name))));

    private static Gen<byte[]> Words => Generated.WellFormedText.Select(text => JsonText.Escape(text.Length == 0 ? "x" : text));

    private static void WholeCall(IAnswerEvents sink, List<int> calls, byte[] text)
    {
        OpenCall(sink, calls, "g", $$"""{"a":"{{Encoding.UTF8.GetString(text)}}"}""");
        sink.ToolEnd(0, calls[^1]);
        calls.RemoveAt(calls.Count - 1);
    }

    private static void OpenCall(IAnswerEvents sink, List<int> calls, string name, string arguments = """{"input":"go"}""")
    {
        var slot = ((Both)sink).CallCount++;
        calls.Add(slot);
        sink.ToolStart(0, slot, $"call_{slot}", name);
        foreach (var piece in JsonText.Escape(arguments).Chunk(200_000))
            sink.ToolArguments(0, slot, piece);
    }

    private sealed class Both(IAnswerEvents first, AnswerCollector second) : AnswerFilter(first)
    {
        public int CallCount
        {
            get => second.Answer.Choices.Count == 0 ? 0 : second.Answer.Choices[0].ToolCalls.Count;
            set => Assert.Equal(CallCount + 1, value);
        }

        public override void Text(int choice, ReadOnlySpan<byte> escaped)
        {
            second.Text(choice, escaped);
            Next.Text(choice, escaped);
        }

        public override void Reasoning(int choice, ReadOnlySpan<byte> escaped)
        {
            second.Reasoning(choice, escaped);
            Next.Reasoning(choice, escaped);
        }

        public override void Refusal(int choice, ReadOnlySpan<byte> escaped)
        {
            second.Refusal(choice, escaped);
            Next.Refusal(choice, escaped);
        }

        public override void ToolStart(int choice, int slot, string id, string name)
        {
            second.ToolStart(choice, slot, id, name);
            Next.ToolStart(choice, slot, id, name);
        }

        public override void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
        {
            second.ToolArguments(choice, slot, escaped);
            Next.ToolArguments(choice, slot, escaped);
        }
    }
}
