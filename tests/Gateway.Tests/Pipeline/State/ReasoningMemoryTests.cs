using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Pipeline.State;

namespace Dragoman.Gateway.Tests.Pipeline.State;

public class ReasoningMemoryTests
{
    /// <summary>An id as Anthropic makes them.</summary>
    private const string Random = "toolu_01A09q90qw90lq917835lq9c";

    private static readonly OpaqueState Signature = OpaqueState.Of(StateKind.AnthropicSignature, "m", "sig");
    private static readonly OpaqueState OfCall = OpaqueState.Of(StateKind.GeminiThoughtSignature, "m", "c2ln");
    private static readonly Turn[] Question = [Turn.Of(Role.System, "s"), Turn.Of(Role.User, "q")];

    private readonly ManualTimeProvider clock = new();
    private readonly ReasoningMemory memory;

    public ReasoningMemoryTests() => memory = new ReasoningMemory(clock);

    [Fact]
    public void A_tool_loop_gets_back_what_the_client_could_not_carry()
    {
        Answer("team", Question);
        Assert.Equal(
            [new ReasoningPart("first") { State = Signature }, new TextPart("said"), Call("call_0"), new ReasoningPart("second") { State = Signature }, Call("call_1", "g") with { State = OfCall }],
            Restored("team", Question, new TextPart("said"), Call("call_0"), Call("call_1", "g")));
    }

    [Fact]
    public void What_a_client_carries_itself_is_not_doubled()
    {
        Answer("team", Question);
        var own = new ReasoningPart("own") { State = Signature };
        Assert.Equal([own, Call("call_0"), Call("call_1", "g") with { State = OfCall }], Restored("team", Question, own, Call("call_0"), Call("call_1", "g")));
        // Plain reasoning, as OpenAI's clients send it back, is replaced by the signed reasoning.
        Assert.Equal([new ReasoningPart("first") { State = Signature }, Call("call_0")], Restored("team", Question, new ReasoningPart("first"), Call("call_0")));
    }

    [Fact]
    public void Others_and_later_days_get_nothing()
    {
        Answer("team", Question);
        Assert.Equal([Call("call_0")], Restored("other", Question, Call("call_0")));
        clock.Advance(ReasoningMemory.Lifetime + TimeSpan.FromSeconds(1));
        Assert.Equal([Call("call_0")], Restored("team", Question, Call("call_0")));
    }

    public static TheoryData<string, Turn[]> OtherConversations => new()
    {
        { "another question", [Turn.Of(Role.System, "s"), Turn.Of(Role.User, "Q")] },
        { "another system prompt", [Turn.Of(Role.System, "other"), Turn.Of(Role.User, "q")] },
        { "the same words by others", [Turn.Of(Role.User, "s"), Turn.Of(Role.User, "q")] },
        { "something before it", [Turn.Of(Role.System, "s"), Turn.Of(Role.User, "p"), Turn.Of(Role.Assistant, "a"), Turn.Of(Role.User, "q")] },
        { "nothing before it", [] },
        { "a picture with it", [Turn.Of(Role.System, "s"), new Turn(Role.User, [new TextPart("q"), new ImagePart(new InlineMedia("image/png", "AAAA"))])] },
        { "the words cut elsewhere", [Turn.Of(Role.System, "sq"), Turn.Of(Role.User, "")] },
    };

    [Theory]
    [MemberData(nameof(OtherConversations))]
    public void Another_conversation_gets_nothing_though_its_calls_have_the_same_ids_names_and_arguments(string difference, Turn[] conversation)
    {
        Assert.NotEmpty(difference);
        Answer("team", Question);
        Assert.Equal([Call("call_0"), Call("call_1", "g")], Restored("team", conversation, Call("call_0"), Call("call_1", "g")));
    }

    [Fact]
    public void Two_conversations_with_the_same_ids_each_get_their_own()
    {
        var other = new[] { Turn.Of(Role.User, "other") };
        var theirs = OfCall with { Value = "b3RoZXI=" };
        Answer("team", Question);
        Answer("team", other, state: theirs);
        Assert.Equal(OfCall, Restored("team", Question, Call("call_0"), Call("call_1", "g")).OfType<ToolCallPart>().Last().State);
        Assert.Equal(theirs, Restored("team", other, Call("call_0"), Call("call_1", "g")).OfType<ToolCallPart>().Last().State);
    }

    [Theory]
    [InlineData("call_00000000", "call_00000001")]
    [InlineData("other", "ids")]
    public void Calls_without_their_ids_are_found_by_name_and_arguments(string first, string second)
    {
        Answer("team", Question, Random, Random + "2");
        Assert.Equal(OfCall, Restored("team", Question, Call(first), Call(second, "g")).OfType<ToolCallPart>().Last().State);
    }

    [Theory]
    [InlineData("""{"a":1,"b":["x",{"c":null}]}""", """ { "b": [ "x", {"c":null} ], "a": 1.0 } """)]
    [InlineData("""{"a":"\u00e9\/","n":1e2}""", """{"n":100,"a":"é/"}""")]
    [InlineData("""{"x":-0.0,"a":{"d":1,"c":2}}""", """{"a":{"c":2,"d":1},"x":0}""")]
    [InlineData("not json", " not json ")]
    public void Arguments_may_be_spelled_anew(string told, string sent)
    {
        Answer("team", Question, arguments: told);
        Assert.Equal(OfCall, Restored("team", Question, Call("x", arguments: told), Call("y", "g", sent)).OfType<ToolCallPart>().Last().State);
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""")]
    [InlineData("""{"a":1}""", """{"a":"1"}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""")]
    [InlineData("""{"a":[[1],2]}""", """{"a":[[1,2]]}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":{},"b":1}""")]
    public void Other_arguments_are_another_call(string told, string sent)
    {
        Answer("team", Question, arguments: told);
        Assert.Null(Restored("team", Question, Call("x", arguments: told), Call("y", "g", sent)).OfType<ToolCallPart>().Last().State);
    }

    [Fact]
    public void White_space_cuts_and_lost_reasoning_change_no_conversation()
    {
        Turn[] asked = [Turn.Of(Role.System, "s"), new Turn(Role.User, [new TextPart("q"), new TextPart("r")]), new Turn(Role.Assistant, [new ReasoningPart("why"), new TextPart("a\n")]), Turn.Of(Role.User, "go on")];
        Turn[] again = [Turn.Of(Role.Developer, " s\n"), Turn.Of(Role.User, "q"), Turn.Of(Role.User, "r"), Turn.Of(Role.Assistant, "a"), Turn.Of(Role.User, "go on"), Turn.Of(Role.User, "")];
        Answer("team", asked);
        Assert.Equal(OfCall, Restored("team", again, Call("call_0"), Call("call_1", "g")).OfType<ToolCallPart>().Last().State);
    }

    [Fact]
    public void Equal_calls_of_one_answer_keep_their_order()
    {
        var conversation = memory.Of("team", Asked(Question))!;
        var events = conversation.Remembering(new AnswerCollector());
        events.Start(null);
        for (var slot = 0; slot < 3; slot++)
        {
            events.ToolStart(0, slot, $"id{slot}", "f");
            events.ToolArguments(0, slot, "{}"u8);
            events.State(0, slot, OfCall with { Value = $"s{slot}" });
            events.ToolEnd(0, slot);
        }

        events.Stop(0, StopReason.ToolCalls);
        Assert.Equal(["s0", "s1", "s2"], Restored("team", Question, Call(""), Call(""), Call("")).OfType<ToolCallPart>().Select(call => call.State?.Value));
    }

    [Fact]
    public void A_loop_of_several_steps_gets_back_each_of_them()
    {
        Answer("team", Question);
        Turn[] after = [.. Question, new Turn(Role.Assistant, [new TextPart("said"), Call("call_0"), Call("call_1", "g")]), new Turn(Role.Tool, [new ToolResultPart("call_0", "f", [new TextPart("r")], false)])];
        Answer("team", after);
        var restored = memory.Of("team", Asked(after))!.Restore(Asked([.. after, new Turn(Role.Assistant, [Call("call_0"), Call("call_1", "g")])]));
        Assert.Equal(OfCall, restored.Turns[2].ToolCalls.Last().State);
        Assert.Equal(OfCall, Restored("team", after, Call("call_0"), Call("call_1", "g")).OfType<ToolCallPart>().Last().State);
        // The ids are not random, so a step with another result counts as another step.
        after[^1] = new Turn(Role.Tool, [new ToolResultPart("call_0", "f", [new TextPart("another")], false)]);
        Assert.Null(Restored("team", after, Call("call_0"), Call("call_1", "g")).OfType<ToolCallPart>().Last().State);
    }

    public static TheoryData<string, Turn[]> ChangedHistories => new()
    {
        { "trimmed", [Turn.Of(Role.User, "q")] },
        { "edited", [Turn.Of(Role.System, "It is 12:01 now"), Turn.Of(Role.User, "q")] },
        { "summed up", [Turn.Of(Role.User, "What was said before: q")] },
    };

    [Theory]
    [MemberData(nameof(ChangedHistories))]
    public void A_changed_history_is_found_by_ids_that_nobody_can_guess_and_by_no_others(string change, Turn[] history)
    {
        Assert.NotEmpty(change);
        Answer("team", Question, Random + "1", Random + "2");
        Assert.Equal(OfCall, Restored("team", history, Call(Random + "1"), Call(Random + "2", "g")).OfType<ToolCallPart>().Last().State);
        Assert.Null(Restored("other", history, Call(Random + "1"), Call(Random + "2", "g")).OfType<ToolCallPart>().Last().State);
        Assert.Null(Restored("team", history, Call(Random + "1"), Call(Random + "2", "g", """{"other":1}""")).OfType<ToolCallPart>().Last().State);
    }

    [Theory]
    [InlineData("call_0", false)]
    [InlineData("toolu_1", false)]
    [InlineData("call_00000000000000000000000000000007", false)]
    [InlineData("call_20260102030405000000001", false)]
    [InlineData("call-with-many-words-but-no-run-that-is-long-1", false)]
    [InlineData("abcdefghijklmnopqrstuvwxyz", false)]
    [InlineData("chatcmpl-tool-0000000000000000000000000000000a", false)]
    [InlineData("toolu_01A09q90qw90lq917835lq9c", true)]
    [InlineData("call_12xyAbCdEfGhIjKlMnOpQrSt", true)]
    [InlineData("call_5f0c6c2e9b1d4a7f8e3b2a1c0d9e8f7a", true)]
    [InlineData("chatcmpl-tool-5f0c6c2e9b1d4a7f8e3b2a1c0d9e8f7a", true)]
    public void Only_an_id_that_is_long_and_mixed_is_taken_for_one_that_nobody_can_guess(string id, bool isFound)
    {
        Answer("team", Question, "first", id);
        Assert.Equal(isFound ? OfCall : null, Restored("team", [Turn.Of(Role.User, "elsewhere")], Call("first"), Call(id, "g")).OfType<ToolCallPart>().Last().State);
    }

    [Fact]
    public void A_request_that_was_shortened_is_the_same_conversation()
    {
        Turn[] history = [Turn.Of(Role.User, "old"), Turn.Of(Role.Assistant, "older"), .. Question];
        Answer("team", history);
        var whole = Asked([.. history, new Turn(Role.Assistant, [Call("call_0"), Call("call_1", "g")])]);
        var shortened = whole with { Turns = [.. whole.Turns.Skip(2)] };
        Assert.Equal(OfCall, memory.Of("team", whole)!.Restore(shortened).Turns[^1].ToolCalls.Last().State);
    }

    [Fact]
    public void A_conversation_without_tools_is_not_looked_at() => Assert.Null(memory.Of("team", new ChatRequest { Model = "m", Turns = Question }));

    [Fact]
    public void The_oldest_make_way_when_there_is_too_much()
    {
        var large = new string('x', 900_000);
        for (var index = 0; index < 60; index++)
        {
            var events = memory.Of("team", Asked(Question))!.Remembering(new AnswerCollector());
            events.Start(null);
            events.ToolStart(0, 0, $"c{index}", $"f{index}");
            events.State(0, 0, OfCall with { Value = large });
            events.ToolEnd(0, 0);
            events.Stop(0, StopReason.ToolCalls);
        }

        Assert.Null(Assert.IsType<ToolCallPart>(Restored("team", Question, Call("", "f0")).Single()).State);
        Assert.NotNull(Assert.IsType<ToolCallPart>(Restored("team", Question, Call("", "f59")).Single()).State);
    }

    private static ToolCallPart Call(string id, string name = "f", string arguments = "{}") => new(id, name, arguments);

    private static ChatRequest Asked(IReadOnlyList<Turn> turns) => new() { Model = "m", Turns = turns, Tools = [new ToolDefinition("f", null, null)] };

    /// <summary>The parts of the answer's turn after the client has sent it again with the conversation.</summary>
    private IReadOnlyList<Part> Restored(string team, Turn[] conversation, params Part[] answer)
    {
        var request = Asked([.. conversation, new Turn(Role.Assistant, [.. answer])]);
        return memory.Of(team, request)!.Restore(request).Turns[^1].Parts;
    }

    private void Answer(string team, Turn[] conversation, string firstId = "call_0", string secondId = "call_1", string arguments = "{}", OpaqueState? state = null)
    {
        var answer = new CheckedEvents();
        var events = memory.Of(team, Asked(conversation))!.Remembering(answer);
        var escaped = Dragoman.Wire.JsonText.Escape(arguments);
        events.Start(null);
        events.Reasoning(0, "fir"u8);
        events.Reasoning(0, "st"u8);
        events.State(0, null, Signature);
        events.Text(0, "said"u8);
        events.ToolStart(0, 0, firstId, "f");
        events.ToolArguments(0, 0, escaped);
        events.ToolEnd(0, 0);
        events.Reasoning(0, "second"u8);
        events.State(0, null, Signature);
        events.ToolStart(0, 1, secondId, "g");
        events.ToolArguments(0, 1, escaped);
        events.State(0, 1, state ?? OfCall);
        events.ToolEnd(0, 1);
        events.Stop(0, StopReason.ToolCalls);
        events.End();
        Assert.True(answer.EndedWell);
    }
}
