using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects.Answers;

public sealed class LocalStopTests
{
    private static readonly string[] Sequences = ["END", "NDA", "\n\n", "é\"👋"];

    private static readonly Gen<string> Texts = Gen.Elements("E", "N", "D", "A", "END", "\n", "é", "\"", "👋", "x", "\\").ListOf().Select(string.Concat);

    private static CheckedEvents Play(IReadOnlyList<string> sequences, IEnumerable<byte[]> pieces)
    {
        var events = new CheckedEvents();
        var stop = new LocalStop(events, sequences);
        stop.Start(null);
        foreach (var piece in pieces)
            stop.Text(0, piece);
        stop.Stop(0, StopReason.Length);
        stop.End();
        return events;
    }

    private static (string Text, StopReason? Reason) Cut(IReadOnlyList<string> sequences, params IEnumerable<string> escaped)
    {
        var choice = Play(sequences, escaped.Select(Encoding.UTF8.GetBytes)).Answer.Choices[0];
        return (choice.Text.ToString(), choice.StopReason);
    }

    [Theory]
    [InlineData("one END two", "one ")]
    [InlineData("""one \u0045ND two""", "one ")]
    [InlineData("""one\n\ntwo""", "one")]
    [InlineData("""one \u00e9\"\ud83d\udc4b two""", "one ")]
    [InlineData("END", "")]
    public void The_text_is_cut_before_the_sequence(string escaped, string text)
    {
        Assert.Equal((text, StopReason.StopSequence), Cut(Sequences, escaped));
        Assert.Equal((text, StopReason.StopSequence), Cut(Sequences, escaped, " more"));
    }

    [Theory]
    [InlineData("one EN")]
    [InlineData("E N D")]
    [InlineData("")]
    public void Without_a_sequence_the_answer_is_untouched(string text) =>
        Assert.Equal((text, StopReason.Length), Cut(Sequences, text.Length == 0 ? ["", ""] : text.Select(letter => letter.ToString())));

    [Fact]
    public void Only_a_possible_beginning_is_held_back()
    {
        var events = new CheckedEvents();
        var stop = new LocalStop(events, ["END"]);
        stop.Start(null);
        stop.Text(0, "one E"u8);
        stop.Text(0, "N"u8);
        stop.Text(0, "x"u8);
        Assert.Equal(["one ", "ENx"], events.TextDeltas);
    }

    [Fact]
    public void Each_choice_stops_for_itself()
    {
        var events = new CheckedEvents();
        var stop = new LocalStop(events, ["END"]);
        stop.Start(null);
        stop.Text(0, "aEND"u8);
        stop.Text(1, "bEN"u8);
        stop.Text(0, "c"u8);
        stop.Stop(0, StopReason.Length);
        stop.Stop(1, StopReason.Length);
        stop.End();
        Assert.Equal([("a", StopReason.StopSequence), ("bEN", StopReason.Length)], events.Answer.Choices.Select(choice => (choice.Text.ToString(), choice.StopReason!.Value)));
    }

    [Fact]
    public void Calls_after_the_text_are_kept()
    {
        var events = new CheckedEvents();
        var stop = new LocalStop(events, ["END"]);
        stop.Start(null);
        stop.Text(0, "EN"u8);
        stop.ToolStart(0, 0, "call_1", "END");
        stop.ToolArguments(0, 0, "{}"u8);
        stop.ToolEnd(0, 0);
        stop.Stop(0, StopReason.ToolCalls);
        stop.End();
        Assert.Equal(("EN", "END"), (events.Answer.Choices[0].Text.ToString(), events.Answer.Choices[0].ToolCalls.Single().Name));
    }

    [Fact]
    public void Any_split_is_cut_where_the_whole_is() => Generated.Check(EscapedPieces.Of(Texts), 2000, pieces =>
    {
        var text = JsonText.ReadString(pieces.SelectMany(piece => piece).ToArray());
        var ends = Sequences.Select(word => (Start: text.IndexOf(word, StringComparison.Ordinal), word.Length)).Where(place => place.Start >= 0).OrderBy(place => place.Start + place.Length).ThenBy(place => place.Start).ToList();
        var choice = Play(Sequences, pieces).Answer.Choices[0];
        Assert.Equal(ends.Count > 0 ? text[..ends[0].Start] : text, choice.Text.ToString());
        Assert.Equal(ends.Count > 0 ? StopReason.StopSequence : StopReason.Length, choice.StopReason);
    });
}
