using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Gateway.Tests.Conversation;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects.Answers;

public sealed class InlineReasoningTests
{
    private static readonly Gen<string> Texts = Gen
        .Elements("<think>", "</think>", "<think", "</", "think>", "<", "\n", " ", "hm", "é", "👋", "\"", "\\")
        .ListOf()
        .SelectMany(pieces => Gen.Elements("<think>", "", " \n<think>\n").Select(start => start + string.Concat(pieces)));

    /// <summary>Plays pieces of escaped text and returns reasoning and text.</summary>
    private static (string Reasoning, string Text) Split(params IEnumerable<byte[]> pieces)
    {
        var events = new CheckedEvents();
        var filter = new InlineReasoning(events);
        filter.Start("x");
        foreach (var piece in pieces)
            filter.Text(0, piece);
        filter.Stop(0, StopReason.Stop);
        filter.End();
        var choice = events.Answer.Choices[0];
        return (choice.Reasoning.ToString(), choice.Text.ToString());
    }

    private static (string Reasoning, string Text) Split(params string[] escaped) => Split(escaped.Select(Encoding.UTF8.GetBytes));

    [Theory]
    [InlineData("<think>hm</think>Hi", "hm", "Hi")]
    [InlineData("""\n <think>\nhm\n</think>\n\nHi\n""", "hm\n", "Hi\n")]
    [InlineData("""\u003cthink\u003ehm\u003C/think\u003E Hi""", "hm", "Hi")]
    [InlineData("<think></think>Hi", "", "Hi")]
    [InlineData("""<think>\n\n</think>\n\nHi""", "", "Hi")]
    [InlineData("<think>hm", "hm", "")]
    [InlineData("<think>hm</thin", "hm</thin", "")]
    [InlineData("<think>", "", "")]
    [InlineData("<think>a<b</think>Hi</think>", "a<b", "Hi</think>")]
    [InlineData("I say <think>x</think>", "", "I say <think>x</think>")]
    [InlineData("<thinking>x", "", "<thinking>x")]
    [InlineData("<thin", "", "<thin")]
    [InlineData("""  \n""", "", "  \n")]
    [InlineData("Hi", "", "Hi")]
    public void Only_a_tag_at_the_very_start_makes_reasoning(string escaped, string reasoning, string text) =>
        Assert.Equal((reasoning, text), Split(escaped));

    [Fact]
    public void A_tag_may_come_letter_by_letter() =>
        Assert.Equal(("hm", "Hi"), Split([.. """ <think> hm</think> Hi""".Select(letter => letter.ToString())]));

    [Fact]
    public void Much_white_space_is_an_answer_of_its_own()
    {
        var lead = new string(' ', 65);
        Assert.Equal(("", lead + "<think>x"), Split(lead, "<think>x"));
    }

    [Fact]
    public void Text_without_a_tag_is_not_held_back()
    {
        var events = new CheckedEvents();
        var filter = new InlineReasoning(events);
        filter.Start(null);
        filter.Text(0, "Hel"u8);
        filter.Text(0, "lo <"u8);
        Assert.Equal(["Hel", "lo <"], events.TextDeltas);
    }

    [Fact]
    public void Reasoning_of_the_servers_own_leaves_the_text_alone()
    {
        var events = new CheckedEvents();
        var filter = new InlineReasoning(events);
        filter.Start(null);
        filter.Reasoning(0, "hm"u8);
        filter.Text(0, "<think>x"u8);
        filter.Stop(0, StopReason.Stop);
        Assert.Equal(("hm", "<think>x"), (events.Answer.Choices[0].Reasoning.ToString(), events.Answer.Choices[0].Text.ToString()));
    }

    [Fact]
    public void A_call_after_open_reasoning_comes_after_all_of_it()
    {
        var events = new CheckedEvents();
        var filter = new InlineReasoning(events);
        filter.Start(null);
        filter.Text(0, "<think>hm</"u8);
        filter.ToolStart(0, 0, "call_1", "f");
        filter.ToolArguments(0, 0, "{}"u8);
        filter.ToolEnd(0, 0);
        filter.Stop(0, StopReason.ToolCalls);
        Assert.Equal("hm</", events.Answer.Choices[0].Reasoning.ToString());
        Assert.Equal("f", Assert.Single(events.Answer.Choices[0].ToolCalls).Name);
    }

    [Fact]
    public void Logprobs_stay_with_text_and_go_with_reasoning()
    {
        var events = new CheckedEvents();
        var filter = new InlineReasoning(events);
        filter.Start(null);
        filter.Logprobs(0, "1"u8);
        filter.Text(0, "<think>hm"u8);
        filter.Logprobs(0, "2"u8);
        filter.Text(0, "</think>"u8);
        filter.Text(0, "Hi"u8);
        filter.Logprobs(0, "3"u8);
        filter.Text(0, "!"u8);
        filter.Logprobs(1, "4"u8);
        filter.Text(1, "<"u8);
        filter.Logprobs(1, "5"u8);
        filter.Text(1, "b>"u8);
        Assert.Equal(("3", "4,5"), (events.Answer.Choices[0].LogprobEntries.ToString(), events.Answer.Choices[1].LogprobEntries.ToString()));
    }

    [Fact]
    public void Any_split_gives_the_same_as_the_whole() => Generated.Check(EscapedPieces.Of(Texts), 2000, pieces =>
        Assert.Equal(Split([pieces.SelectMany(piece => piece).ToArray()]), Split(pieces)));

    [Fact]
    public void Reads_of_any_size_give_the_same_as_the_whole()
    {
        var cases = from pieces in EscapedPieces.Of(Texts) from size in Gen.Choose(1, 9) select (pieces, size);
        Generated.Check(cases, 300, drawn =>
        {
            var deltas = drawn.pieces.Select(piece => ScriptedUpstream.Delta(Encoding.UTF8.GetString(piece)));
            var stream = Encoding.UTF8.GetBytes(string.Concat(deltas.Append(ScriptedUpstream.Finish).Append("[DONE]").Select(data => $"data: {data}\n\n")));
            var events = new CheckedEvents();
            Upstream.PlayStream(stream, Enumerable.Repeat(drawn.size, stream.Length / drawn.size), new InlineReasoning(events));
            Assert.True(events.EndedWell);
            var choice = events.Answer.Choices[0];
            Assert.Equal(Split(drawn.pieces), (choice.Reasoning.ToString(), choice.Text.ToString()));
        });
    }
}
