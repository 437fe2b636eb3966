using Dragoman.Wire;

namespace Dragoman.Conversation;

/// <summary>One of the answers that the client requested.</summary>
public sealed class AnswerChoice
{
    private readonly List<AnswerBlock> blocks = [];
    private readonly List<AnswerToolCall> toolCalls = [];

    /// <summary>The blocks in the model's order, for dialects that keep that order.</summary>
    public IReadOnlyList<AnswerBlock> Blocks => blocks;

    /// <summary>All text, joined, for dialects with a single member for it.</summary>
    public EscapedText Text => Joined(block => block is TextBlock);

    public EscapedText Reasoning => Joined(block => block is ReasoningBlock);

    public EscapedText Refusal => Joined(block => block is RefusalBlock);

    /// <summary>Text and refusals, joined in the model's order, for dialects with a single member for both.</summary>
    public EscapedText Words => Joined(block => block is TextBlock or RefusalBlock);

    public IReadOnlyList<AnswerToolCall> ToolCalls => toolCalls;

    /// <summary>Raw JSON: the elements of OpenAI's <c>logprobs.content</c>, comma-separated; empty when there are none.</summary>
    public EscapedText LogprobEntries { get; } = new();

    public StopReason? StopReason { get; internal set; }

    /// <summary>The sequence that stopped the answer; null when the provider does not report it.</summary>
    public string? StopSequence { get; internal set; }

    internal void Add(AnswerToolCall call)
    {
        toolCalls.Add(call);
        blocks.Add(call);
    }

    internal void Add(MediaBlock media) => blocks.Add(media);

    /// <summary>Appends to the last block. Starts a new block when the last one is of another kind, or has opaque state, which closes it.</summary>
    internal void Append<T>(ReadOnlySpan<byte> escaped)
        where T : WordsBlock, new()
    {
        if (blocks.LastOrDefault() is not T { State: null } last)
            blocks.Add(last = new T());
        last.Words.Append(escaped);
    }

    internal void Add(OpaqueState state)
    {
        var isGemini = state.Kind == StateKind.GeminiThoughtSignature;
        switch (blocks.LastOrDefault())
        {
            case ReasoningBlock { State: null } reasoning when !isGemini:
                reasoning.State = state;
                break;
            case TextBlock { State: null } text when isGemini:
                text.State = state;
                break;
            case var _ when isGemini:
                blocks.Add(new TextBlock { State = state });
                break;
            default:
                blocks.Add(new ReasoningBlock { State = state });
                break;
        }
    }

    private EscapedText Joined(Predicate<WordsBlock> isWanted)
    {
        EscapedText? only = null;
        EscapedText? joined = null;
        foreach (var block in blocks)
        {
            if (block is not WordsBlock { Words: var words } wordsBlock || !isWanted(wordsBlock))
                continue;
            if (only is null)
            {
                only = words;
                continue;
            }

            if (joined is null)
            {
                joined = new EscapedText();
                joined.Append(only.Bytes);
            }

            joined.Append(words.Bytes);
        }

        return joined ?? only ?? new EscapedText();
    }
}
