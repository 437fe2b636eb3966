using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.Answers;

/// <summary>
/// Cuts the text of an answer at a stop sequence that was not sent to the provider (specs/ollama.md 5.1).
/// </summary>
public sealed class LocalStop(IAnswerEvents next, IReadOnlyList<string> sequences) : AnswerFilter(next)
{
    private readonly List<Choice> choices = [];
    private readonly WordSet words = new(sequences);

    private enum Phase
    {
        Watching,

        /// <summary>Tool calls have begun; text after them is not cut.</summary>
        Calling,
        Over,
    }

    /// <summary>Whether a choice was cut.</summary>
    public bool HasCut { get; private set; }

    public bool HasFailed { get; private set; }

    /// <summary>How many choices have stopped, cut or not.</summary>
    public int StoppedChoices { get; private set; }

    public override void Text(int choice, ReadOnlySpan<byte> escaped)
    {
        var state = ChoiceAt(choice);
        if (state.Phase == Phase.Calling)
            Next.Text(choice, escaped);
        if (state.Phase != Phase.Watching)
            return;
        var found = state.Search.Feed(escaped);
        if (!found.Before.IsEmpty)
            Next.Text(choice, found.Before);
        if (!found.IsFound)
            return;
        HasCut = true;
        state.Phase = Phase.Over;
        StoppedChoices++;
        Next.Stop(choice, StopReason.StopSequence, sequences[found.Word]);
    }

    public override void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
        if (ChoiceAt(choice).Phase != Phase.Over)
            Next.Reasoning(choice, escaped);
    }

    public override void Refusal(int choice, ReadOnlySpan<byte> escaped)
    {
        if (ChoiceAt(choice).Phase != Phase.Over)
            Next.Refusal(choice, escaped);
    }

    public override void ToolStart(int choice, int slot, string id, string name)
    {
        if (ChoiceAt(choice).Phase == Phase.Over)
            return;
        Release(choice, Phase.Calling);
        Next.ToolStart(choice, slot, id, name);
    }

    public override void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
        if (ChoiceAt(choice).Phase != Phase.Over)
            Next.ToolArguments(choice, slot, escaped);
    }

    public override void ToolEnd(int choice, int slot)
    {
        if (ChoiceAt(choice).Phase != Phase.Over)
            Next.ToolEnd(choice, slot);
    }

    public override void State(int choice, int? slot, OpaqueState state)
    {
        if (ChoiceAt(choice).Phase != Phase.Over)
            Next.State(choice, slot, state);
    }

    public override void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
        if (ChoiceAt(choice).Phase != Phase.Over)
            Next.Media(choice, mediaType, base64);
    }

    public override void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
        if (ChoiceAt(choice).Phase != Phase.Over)
            Next.Logprobs(choice, entries);
    }

    public override void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        if (ChoiceAt(choice).Phase == Phase.Over)
            return;
        Release(choice, Phase.Over);
        StoppedChoices++;
        Next.Stop(choice, reason, stopSequence);
    }

    public override void Fail(GatewayError error)
    {
        HasFailed = true;
        Next.Fail(error);
    }

    private void Release(int choice, Phase phase)
    {
        var state = ChoiceAt(choice);
        if (state.Search.Finish() is { IsEmpty: false } held)
            Next.Text(choice, held);
        state.Phase = phase;
    }

    private Choice ChoiceAt(int index)
    {
        while (choices.Count <= index)
            choices.Add(new Choice(words));
        return choices[index];
    }

    private sealed class Choice(WordSet words)
    {
        public Phase Phase { get; set; }

        public EscapedSearch Search { get; } = new(words);
    }
}
