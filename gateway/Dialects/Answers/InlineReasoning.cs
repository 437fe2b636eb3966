using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.Answers;

/// <summary>
/// Separates reasoning from text for compatible servers that send it inside the text, as <c>&lt;think&gt;…&lt;/think&gt;</c>
/// at the start of an answer (specs/dialects.md 1.6). A tag that appears later stays text.
/// </summary>
public sealed class InlineReasoning(IAnswerEvents next) : AnswerFilter(next)
{
    /// <summary>The most bytes of white space before the tag; after more white space the answer is text.</summary>
    private const int LongestLead = 64;

    private readonly List<Choice> choices = [];
    private readonly HeldBack held = new();

    private enum Phase
    {
        /// <summary>So far only white space has arrived, and perhaps the beginning of a tag.</summary>
        Undecided,

        /// <summary>Right after the opening tag.</summary>
        BeforeReasoning,
        InReasoning,

        /// <summary>Right after the closing tag.</summary>
        BeforeText,
        InText,
    }

    private static readonly WordSet ClosingTags = new(["</think>"]);

    private static ReadOnlySpan<byte> OpeningTag => "<think>"u8;

    public override void Text(int choice, ReadOnlySpan<byte> escaped)
    {
        var state = ChoiceAt(choice);
        switch (state.Phase)
        {
            case Phase.InText:
                Next.Text(choice, escaped);
                break;
            case Phase.Undecided:
                Decide(choice, state, escaped);
                break;
            default:
                ReadReasoning(choice, state, escaped);
                break;
        }
    }

    public override void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
        // A server that sends reasoning separately has no tags in its text.
        BecomeText(choice);
        Next.Reasoning(choice, escaped);
    }

    public override void Refusal(int choice, ReadOnlySpan<byte> escaped)
    {
        BecomeText(choice);
        Next.Refusal(choice, escaped);
    }

    public override void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
        BecomeText(choice);
        Next.Media(choice, mediaType, base64);
    }

    public override void ToolStart(int choice, int slot, string id, string name)
    {
        BecomeText(choice);
        Next.ToolStart(choice, slot, id, name);
    }

    /// <summary>Forwards the entries of text; those of reasoning are dropped.</summary>
    public override void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
        var state = ChoiceAt(choice);
        if (state.Phase == Phase.InText)
            Next.Logprobs(choice, entries);
        else if (state.Phase == Phase.Undecided)
            Hold(state, entries);
    }

    private void Hold(Choice state, ReadOnlySpan<byte> entries)
    {
        held.Add(entries.Length);
        if (state.Logprobs.Length > 0)
            state.Logprobs.Append(","u8);
        state.Logprobs.Append(entries);
    }

    public override void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        BecomeText(choice);
        Next.Stop(choice, reason, stopSequence);
    }

    private void Decide(int choice, Choice state, ReadOnlySpan<byte> escaped)
    {
        state.Held = [.. state.Held, .. escaped];
        var text = new UnescapedText(state.Held);
        var lead = CountLeadingSpace(text.Plain);
        var rest = text.Plain[lead..];
        if (lead <= LongestLead && rest.StartsWith(OpeningTag))
        {
            var reasoning = state.Held.AsSpan(text.OriginOf(lead + OpeningTag.Length));
            state.Held = [];
            state.Logprobs.Release();
            state.Phase = Phase.BeforeReasoning;
            ReadReasoning(choice, state, reasoning);
        }
        else if (lead > LongestLead || !OpeningTag.StartsWith(rest))
        {
            BecomeText(choice);
        }
    }

    private void ReadReasoning(int choice, Choice state, ReadOnlySpan<byte> escaped)
    {
        if (state.Phase == Phase.BeforeReasoning)
        {
            escaped = TrimStart(escaped);
            if (escaped.IsEmpty)
                return;
            state.Phase = Phase.InReasoning;
        }

        if (state.Phase == Phase.InReasoning)
        {
            var found = state.ClosingTag.Feed(escaped);
            if (!found.Before.IsEmpty)
                Next.Reasoning(choice, found.Before);
            if (!found.IsFound)
                return;
            state.Phase = Phase.BeforeText;
            escaped = found.After;
        }

        escaped = TrimStart(escaped);
        if (escaped.IsEmpty)
            return;
        state.Phase = Phase.InText;
        Next.Text(choice, escaped);
    }

    /// <summary>Forwards what is held back and treats the rest as text.</summary>
    private void BecomeText(int choice)
    {
        var state = ChoiceAt(choice);
        if (state.Phase == Phase.InText)
            return;
        if (state.ClosingTag.Finish() is { IsEmpty: false } reasoning)
            Next.Reasoning(choice, reasoning);
        state.Phase = Phase.InText;
        if (state.Logprobs.Length > 0)
            Next.Logprobs(choice, state.Logprobs.Bytes);
        if (state.Held.Length > 0)
            Next.Text(choice, state.Held);
        state.Held = [];
        state.Logprobs.Release();
    }

    private static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> escaped)
    {
        if (escaped.IsEmpty || (escaped[0] is not (byte)'\\' && !IsSpace(escaped[0])))
            return escaped;
        var text = new UnescapedText(escaped);
        return escaped[text.OriginOf(CountLeadingSpace(text.Plain))..];
    }

    private static int CountLeadingSpace(ReadOnlySpan<byte> plain)
    {
        var count = 0;
        while (count < plain.Length && IsSpace(plain[count]))
            count++;
        return count;
    }

    private static bool IsSpace(byte letter) => letter is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private Choice ChoiceAt(int index)
    {
        while (choices.Count <= index)
            choices.Add(new Choice());
        return choices[index];
    }

    private sealed class Choice
    {
        public Phase Phase { get; set; }

        public byte[] Held { get; set; } = [];

        /// <summary>The log probabilities of the text that is held back.</summary>
        public EscapedText Logprobs { get; } = new();

        public EscapedSearch ClosingTag { get; } = new(ClosingTags);
    }
}
