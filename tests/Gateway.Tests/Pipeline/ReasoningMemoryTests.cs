using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Pipeline;

public class ReasoningMemoryTests
{
    private static readonly OpaqueState Signature = OpaqueState.Of(StateKind.AnthropicSignature, "m", "sig");
    private static readonly OpaqueState OfCall = OpaqueState.Of(StateKind.GeminiThoughtSignature, "m", "c2ln");

    private readonly ManualTimeProvider clock = new();

    [Fact]
    public void A_tool_loop_gets_back_what_the_client_could_not_carry()
    {
        var memory = new ReasoningMemory(clock);
        Answer(memory, "team");
        var turn = memory.Restore("team", Followed(new TextPart("said"), Call("c0"), Call("c1"))).Turns[0];
        Assert.Equal(
            [new ReasoningPart("first") { State = Signature }, new TextPart("said"), Call("c0"), new ReasoningPart("second") { State = Signature }, Call("c1") with { State = OfCall }],
            turn.Parts);
    }

    [Fact]
    public void What_a_client_carries_itself_is_not_doubled()
    {
        var memory = new ReasoningMemory(clock);
        Answer(memory, "team");
        var own = new ReasoningPart("own") { State = Signature };
        Assert.Equal([own, Call("c0"), Call("c1") with { State = OfCall }], memory.Restore("team", Followed(own, Call("c0"), Call("c1"))).Turns[0].Parts);
        // Plain reasoning, as OpenAI's clients send it back, makes way for the signed one.
        Assert.Equal([new ReasoningPart("first") { State = Signature }, Call("c0")], memory.Restore("team", Followed(new ReasoningPart("first"), Call("c0"))).Turns[0].Parts);
    }

    [Fact]
    public void Others_and_later_days_get_nothing()
    {
        var memory = new ReasoningMemory(clock);
        Answer(memory, "team");
        var request = Followed(Call("c0"));
        Assert.Equal([Call("c0")], memory.Restore("other", request).Turns[0].Parts);
        clock.Advance(ReasoningMemory.Lifetime + TimeSpan.FromSeconds(1));
        Assert.Equal([Call("c0")], memory.Restore("team", request).Turns[0].Parts);
    }

    [Fact]
    public void The_oldest_make_way_when_there_is_too_much()
    {
        var memory = new ReasoningMemory(clock);
        var large = new string('x', 900_000);
        for (var index = 0; index < 60; index++)
        {
            var events = memory.Remembering("team", new AnswerCollector());
            events.Start(null);
            events.ToolStart(0, 0, $"c{index}", "f");
            events.State(0, 0, OfCall with { Value = large });
            events.ToolEnd(0, 0);
            events.Stop(0, StopReason.ToolCalls);
        }

        Assert.Null(memory.Restore("team", Followed(Call("c0"))).Turns[0].ToolCalls.Single().State);
        Assert.NotNull(memory.Restore("team", Followed(Call("c59"))).Turns[0].ToolCalls.Single().State);
    }

    private static ToolCallPart Call(string id) => new(id, "f", "{}");

    private static ChatRequest Followed(params Part[] parts) => new() { Model = "m", Turns = [new Turn(Role.Assistant, [.. parts])] };

    private static void Answer(ReasoningMemory memory, string team)
    {
        var answer = new CheckedEvents();
        var events = memory.Remembering(team, answer);
        events.Start(null);
        events.Reasoning(0, "fir"u8);
        events.Reasoning(0, "st"u8);
        events.State(0, null, Signature);
        events.Text(0, "said"u8);
        events.ToolStart(0, 0, "c0", "f");
        events.ToolArguments(0, 0, "{}"u8);
        events.ToolEnd(0, 0);
        events.Reasoning(0, "second"u8);
        events.State(0, null, Signature);
        events.ToolStart(0, 1, "c1", "f");
        events.ToolArguments(0, 1, "{}"u8);
        events.State(0, 1, OfCall);
        events.ToolEnd(0, 1);
        events.Stop(0, StopReason.ToolCalls);
        events.End();
        Assert.True(answer.EndedWell);
    }
}
