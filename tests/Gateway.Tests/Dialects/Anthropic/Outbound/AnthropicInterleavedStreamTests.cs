using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Locales;
using Dragoman.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects.Anthropic.Outbound;

/// <summary>For any legal order of a provider's events, Anthropic's blocks follow one another and lose nothing (specs/dialects.md 3.2).</summary>
public sealed class AnthropicInterleavedStreamTests
{
    private static readonly AnthropicMessages Messages = new();
    private static readonly ChatRequest Request = new() { Model = "m", Stream = true };
    private static readonly string[] Arguments = ["", "{}", """{"a":"}{","b":[1,{"c":"\\\""}]}""", """ {"city": "Århus 👋"} """, """{"n":1}"""];

    /// <summary>The next steps. The numbers of their call, words and arguments are taken modulo the existing ones.</summary>
    private static readonly Gen<Step> Steps =
        from kind in Gen.Frequency(
            (4, Gen.Constant(StepKind.Text)), (3, Gen.Constant(StepKind.Reasoning)), (1, Gen.Constant(StepKind.Refusal)),
            (3, Gen.Constant(StepKind.Call)), (8, Gen.Constant(StepKind.Arguments)), (3, Gen.Constant(StepKind.EndCall)), (2, Gen.Constant(StepKind.State)), (1, Gen.Constant(StepKind.Usage)))
        from number in Gen.Choose(0, 99)
        from words in Generated.WellFormedText
        select new Step(kind, number, words.Length == 0 ? "x" : words);

    private static readonly Gen<(List<Step> Steps, bool Fails)> Cases =
        from steps in Steps.ListOf()
        from fails in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select (steps.ToList(), fails);

    private enum StepKind
    {
        Text,
        Reasoning,
        Refusal,
        Call,
        Arguments,
        EndCall,
        State,
        Usage,
    }

    [Fact]
    public void Any_order_of_events_is_a_legal_stream_that_loses_nothing() => Generated.Check(Cases, 600, run =>
    {
        var said = new Said();
        var events = AnthropicEvents.Read(Messages.Stream(Request, sink => Play(sink, run.Steps, run.Fails, said, cutsWords: false)));
        Assert.Equal(run.Fails, events.Error is not null);
        Assert.Equal(run.Fails, events.Delta is null);
        if (run.Fails)
        {
            // Content that was still queued behind a call is lost with the answer.
            Assert.StartsWith(events.Text, said.Text.ToString(), StringComparison.Ordinal);
            Assert.StartsWith(events.Thinking, said.Thinking.ToString(), StringComparison.Ordinal);
            return;
        }

        Assert.Equal(said.Text.ToString(), events.Text);
        Assert.Equal(said.Thinking.ToString(), events.Thinking);
        Assert.Equal(said.Calls.Select(text => string.IsNullOrWhiteSpace(text) ? "{}" : text.Trim()), events.Calls.Select(call => call.Content.Trim()));
        Assert.Equal(Enumerable.Range(0, said.Calls.Count).Select(slot => $"call_{slot}"), events.Calls.Select(call => call.Start.Text("id")));
        Assert.Equal(
            said.States.Order(StringComparer.Ordinal),
            events.Blocks.Select(block => block.Type == "redacted_thinking" ? block.Start.Text("data")! : block.Signature)
                .Where(state => state.Length > 0)
                .Select(state => StateEnvelope.OfProcess.Unwrap(state)!.Value)
                .Order(StringComparer.Ordinal));
    });

    [Fact]
    public void However_deltas_are_cut_the_blocks_are_the_same() => Generated.Check(Cases, 300, run =>
    {
        var whole = AnthropicEvents.Read(Messages.Stream(Request, sink => Play(sink, run.Steps, false, new Said(), cutsWords: false)));
        var cut = AnthropicEvents.Read(Messages.Stream(Request, sink => Play(sink, run.Steps, false, new Said(), cutsWords: true)));
        Assert.Equal(Shape(whole), Shape(cut));

        static IEnumerable<(string, string, string)> Shape(AnthropicEvents events) => events.Blocks.Select(block => (block.Type, block.Content, block.Signature));
    });

    [Fact]
    public void Fragments_of_a_later_call_wait_for_the_earlier_one()
    {
        var stream = Messages.Stream(Request, sink =>
        {
            sink.Text(0, "Look: "u8);
            sink.ToolStart(0, 0, "call_0", "f");
            sink.ToolArguments(0, 0, "{\\\"a\\\":"u8);
            sink.ToolStart(0, 1, "call_1", "g");
            sink.ToolArguments(0, 1, "{\\\"b\\\":"u8);
            sink.Text(0, "between"u8);
            sink.ToolArguments(0, 0, "1}"u8);
            sink.ToolArguments(0, 1, "2}"u8);
            sink.ToolEnd(0, 0);
            sink.ToolEnd(0, 1);
            sink.Text(0, "after"u8);
            sink.Stop(0, StopReason.ToolCalls);
            sink.End();
        });
        Assert.Equal(
            ["text Look: ", "tool_use {\"a\":1}", "tool_use {\"b\":2}", "text betweenafter"],
            AnthropicEvents.Read(stream).Blocks.Select(block => $"{block.Type} {block.Content}"));
    }

    [Fact]
    public void A_call_whose_arguments_are_whole_makes_way_before_its_end_is_told()
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var sink = Messages.OpenStream(InboundCalls.Context(Request), output);
        sink.Start(null);
        sink.ToolStart(0, 0, "call_0", "f");
        sink.ToolArguments(0, 0, "{}"u8);
        sink.ToolStart(0, 1, "call_1", "g");
        sink.ToolArguments(0, 1, "{\\\"b\\\":2"u8);
        Assert.EndsWith("""{"type":"input_json_delta","partial_json":"{\"b\":2"}}""", Json.TextOf(output).TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Media_end_the_stream_with_an_error()
    {
        var events = AnthropicEvents.Read(Messages.Stream(Request, sink =>
        {
            sink.Text(0, "a"u8);
            sink.Media(0, "image/png", "AAAA"u8);
        }));
        Assert.Contains("image/png", events.Error!.Value.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_first_answer_is_told_and_an_empty_one_is_legal()
    {
        var events = AnthropicEvents.Read(Messages.Stream(Request, sink =>
        {
            sink.Text(1, "other"u8);
            sink.Stop(0, StopReason.Length);
            sink.Stop(1, StopReason.Stop);
            sink.End();
        }));
        Assert.Empty(events.Blocks);
        Assert.Equal("max_tokens", events.StopReason);
    }

    [Fact]
    public void Counts_that_are_known_early_are_told_early()
    {
        var events = AnthropicEvents.Read(Messages.Stream(Request, sink =>
        {
            sink.Usage(new Usage(100, 1, CacheRead: 40));
            sink.Text(0, "a"u8);
            sink.Usage(new Usage(120, 7, CacheRead: 40));
            sink.Stop(0, StopReason.Stop);
            sink.End();
        }));
        Assert.Equal(60, events.Message.GetProperty("usage").GetProperty("input_tokens").GetInt32());
        Assert.Equal((80, 7), (events.Usage.GetProperty("input_tokens").GetInt32(), events.Usage.GetProperty("output_tokens").GetInt32()));
    }

    [Fact]
    public void Thinking_that_is_off_is_not_shown_and_hidden_thinking_has_its_signature_alone()
    {
        void Think(IAnswerEvents sink)
        {
            sink.Reasoning(0, "hm"u8);
            sink.State(0, null, OpaqueState.Of(StateKind.AnthropicSignature, "claude", "sig"));
            sink.Text(0, "a"u8);
            sink.Stop(0, StopReason.Stop);
            sink.End();
        }

        Assert.Equal(["text"], AnthropicEvents.Read(Messages.Stream(Request with { Reasoning = new ReasoningRequest(false, null) }, Think)).Blocks.Select(block => block.Type));
        var hidden = AnthropicEvents.Read(Messages.Stream(Request with { Reasoning = new ReasoningRequest(true, null) { IsVisible = false } }, Think));
        Assert.Equal(["thinking", "text"], hidden.Blocks.Select(block => block.Type));
        Assert.Equal("", hidden.Thinking);
        Assert.NotEmpty(hidden.Blocks[0].Signature);
    }

    private static void Play(IAnswerEvents sink, List<Step> steps, bool fails, Said said, bool cutsWords)
    {
        var open = new List<(int Slot, Queue<byte[]> Left)>();
        foreach (var (kind, number, words) in steps)
        {
            switch (kind)
            {
                case StepKind.Text:
                    said.Text.Append(words);
                    Each(words, piece => sink.Text(0, piece));
                    break;
                case StepKind.Refusal:
                    said.Text.Append(words);
                    Each(words, piece => sink.Refusal(0, piece));
                    break;
                case StepKind.Reasoning:
                    said.Thinking.Append(words);
                    Each(words, piece => sink.Reasoning(0, piece));
                    break;
                case StepKind.Call:
                    var slot = said.Calls.Count;
                    var arguments = Arguments[number % Arguments.Length];
                    said.Calls.Add(arguments);
                    open.Add((slot, new Queue<byte[]>(Cut(arguments, 1 + (number % 7)))));
                    sink.ToolStart(0, slot, $"call_{slot}", "f");
                    break;
                case StepKind.Arguments when open.Count > 0:
                    var (target, left) = open[number % open.Count];
                    if (left.TryDequeue(out var next))
                        sink.ToolArguments(0, target, next);
                    break;
                case StepKind.EndCall when open.Count > 0:
                    EndCall(number % open.Count);
                    break;
                case StepKind.State:
                    said.States.Add($"state {said.States.Count}");
                    sink.State(0, null, OpaqueState.Of((StateKind)(number % 2 == 0 ? 0 : number % 3 == 0 ? 1 : 3), "m", said.States[^1]));
                    break;
                case StepKind.Usage:
                    sink.Usage(new Usage(number, number));
                    break;
                default:
                    break;
            }
        }

        if (fails)
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, Wording.Verbatim("broke off")));
        while (open.Count > 0)
            EndCall(0);
        sink.Stop(0, StopReason.Stop);
        sink.End();

        void EndCall(int place)
        {
            var (slot, left) = open[place];
            foreach (var piece in left)
                sink.ToolArguments(0, slot, piece);
            sink.ToolEnd(0, slot);
            open.RemoveAt(place);
        }

        void Each(string words, Action<byte[]> raise)
        {
            foreach (var piece in cutsWords ? Cut(words, 1) : [JsonText.Escape(words)])
                raise(piece);
        }
    }

    private static IEnumerable<byte[]> Cut(string text, int runes) =>
        text.EnumerateRunes().Chunk(runes).Select(chunk => JsonText.Escape(string.Concat(chunk.Select(rune => rune.ToString()))));

    private sealed record Step(StepKind Kind, int Number, string Words);

    /// <summary>The raised content, to compare with what was read.</summary>
    private sealed class Said
    {
        public StringBuilder Text { get; } = new();

        public StringBuilder Thinking { get; } = new();

        public List<string> Calls { get; } = [];

        public List<string> States { get; } = [];
    }
}
