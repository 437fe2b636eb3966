using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects.Requests;

public sealed class ToolCallPairingTests
{
    private static readonly Part[] Nothing = [];

    [Fact]
    public void A_result_finds_its_call_by_id_whatever_the_order()
    {
        var pairing = new ToolCallPairing();
        pairing.Call("a", "f", "{}");
        pairing.Call("b", "g", "{}");
        Assert.Equal(("b", "g"), Result(pairing, "b", null));
        Assert.Equal(("a", "f"), Result(pairing, "a", null));
    }

    [Fact]
    public void A_result_without_an_id_belongs_to_the_first_unanswered_call_of_its_tool()
    {
        var pairing = new ToolCallPairing();
        pairing.Call("a", "f", "{}");
        pairing.Call("b", "g", "{}");
        pairing.Call("c", "g", "{}");
        Assert.Equal(("b", "g"), Result(pairing, null, "g"));
        Assert.Equal(("c", "g"), Result(pairing, "", "g"));
    }

    [Fact]
    public void A_result_without_id_and_name_belongs_to_the_first_unanswered_call()
    {
        var pairing = new ToolCallPairing();
        var first = pairing.Call(null, "f", "{}");
        var second = pairing.Call("", "g", "{}");
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal((first.Id, "f"), Result(pairing, null, null));
        Assert.Equal((second.Id, "g"), Result(pairing, null, "unknown"));
    }

    [Fact]
    public void An_id_used_again_in_a_later_turn_means_the_later_call()
    {
        var pairing = new ToolCallPairing();
        pairing.Call("call_0", "f", "{}");
        Assert.Equal(("call_0", "f"), Result(pairing, "call_0", null));
        pairing.Call("call_0", "g", "{}");
        Assert.Equal(("call_0", "g"), Result(pairing, "call_0", null));
    }

    [Fact]
    public void A_result_without_any_waiting_call_is_refused_by_its_place()
    {
        var pairing = new ToolCallPairing();
        pairing.Call("a", "f", "{}");
        Result(pairing, "a", null);
        var error = Assert.Throws<GatewayException>(() => pairing.Result("a", null, Nothing, "messages[4]")).Error;
        Assert.Equal("messages[4]", error.Field);
        Assert.Equal(ErrorKind.InvalidRequest, error.Kind);
    }

    [Theory]
    [InlineData("b", "messages[4].tool_call_id \"b\" is not the id of a tool call of an earlier assistant message")]
    [InlineData("a", "messages[4].tool_call_id \"a\" is a tool call that already has a result")]
    public void Where_ids_are_kept_a_result_must_name_its_call(string id, string message)
    {
        var pairing = new ToolCallPairing();
        pairing.Call("a", "f", "{}");
        pairing.Call("c", "f", "{}");
        Assert.Equal("f", pairing.ResultOf("a", Nothing, "messages[3].tool_call_id").ToolName);
        var error = Assert.Throws<GatewayException>(() => pairing.ResultOf(id, Nothing, "messages[4].tool_call_id")).Error;
        Assert.Equal(("messages[4].tool_call_id", message, 400), (error.Field, error.Message, error.Status));
    }

    [Fact]
    public void Made_up_ids_are_the_same_for_the_same_conversation()
    {
        string Id() => new ToolCallPairing().Call(null, "f", "{}").Id;
        Assert.Equal(Id(), Id());
        Assert.InRange(Id().Length, 1, 40);
    }

    [Fact]
    public void Any_id_becomes_nine_letters_and_digits_the_same_each_time() => Generated.Check(Generated.WellFormedText, 1000, id =>
    {
        var mapped = ToolCallId.Alphanumeric(id, 9);
        Assert.Matches("^[a-zA-Z0-9]{9}$", mapped);
        Assert.Equal(mapped, ToolCallId.Alphanumeric(id, 9));
        Assert.Equal(mapped, ToolCallId.Alphanumeric(mapped, 9));
    });

    [Fact]
    public void Different_ids_stay_different()
    {
        var ids = Enumerable.Range(0, 20_000).Select(number => ToolCallId.Alphanumeric($"call_{number}", 9));
        Assert.Equal(20_000, ids.Distinct().Count());
    }

    [Fact]
    public void Every_result_of_a_shuffled_turn_finds_its_call() => Generated.Check(Gen.Choose(1, 12).SelectMany(count => Gen.Shuffle(Enumerable.Range(0, count))), 200, order =>
    {
        var pairing = new ToolCallPairing();
        foreach (var number in Enumerable.Range(0, order.Length))
            pairing.Call($"id{number}", $"tool{number % 3}", "{}");
        foreach (var number in order)
            Assert.Equal(($"id{number}", $"tool{number % 3}"), Result(pairing, $"id{number}", null));
    });

    private static (string, string?) Result(ToolCallPairing pairing, string? id, string? name)
    {
        var result = pairing.Result(id, name, Nothing, "messages[0]");
        return (result.CallId, result.ToolName);
    }
}
