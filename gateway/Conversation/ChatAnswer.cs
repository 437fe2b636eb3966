using Dragoman.Wire;

namespace Dragoman.Conversation;

/// <summary>A whole answer: what <see cref="AnswerCollector"/> gathered from the events.</summary>
public sealed class ChatAnswer
{
    private readonly List<AnswerChoice> choices = [];

    /// <summary>By index; at least one in a good answer.</summary>
    public IReadOnlyList<AnswerChoice> Choices => choices;

    public string? UpstreamId { get; internal set; }

    public Usage Usage { get; internal set; } = Usage.Absent;

    internal AnswerChoice Choice(int index)
    {
        while (choices.Count <= index)
            choices.Add(new AnswerChoice());
        return choices[index];
    }
}

/// <summary>One of the answers that were asked for.</summary>
public sealed class AnswerChoice
{
    private readonly List<AnswerBlock> blocks = [];
    private readonly List<AnswerToolCall> toolCalls = [];

    /// <summary>What the model said, in its order; for dialects that keep it.</summary>
    public IReadOnlyList<AnswerBlock> Blocks => blocks;

    /// <summary>All text, joined; for dialects with one place for it.</summary>
    public EscapedText Text => Joined(block => block is TextBlock);

    public EscapedText Reasoning => Joined(block => block is ReasoningBlock);

    public EscapedText Refusal => Joined(block => block is RefusalBlock);

    /// <summary>Text and refusals in the model's order; for dialects that have one place for both.</summary>
    public EscapedText Words => Joined(block => block is TextBlock or RefusalBlock);

    public IReadOnlyList<AnswerToolCall> ToolCalls => toolCalls;

    /// <summary>Raw JSON: the elements of OpenAI's <c>logprobs.content</c>, comma-separated; empty when there are none.</summary>
    public EscapedText LogprobEntries { get; } = new();

    public StopReason? StopReason { get; internal set; }

    /// <summary>The sequence that stopped the answer, where the provider tells.</summary>
    public string? StopSequence { get; internal set; }

    internal void Add(AnswerToolCall call)
    {
        toolCalls.Add(call);
        blocks.Add(call);
    }

    internal void Add(MediaBlock media) => blocks.Add(media);

    /// <summary>Appends to the last block, or to a new one where the last is another kind or closed by its state.</summary>
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

/// <summary>A stretch of an answer.</summary>
public abstract class AnswerBlock
{
    /// <summary>To be replayed with the block.</summary>
    public OpaqueState? State { get; internal set; }
}

public abstract class WordsBlock : AnswerBlock
{
    public EscapedText Words { get; } = new();
}

public sealed class TextBlock : WordsBlock;

/// <summary>Reasoning; without words when the provider hides it.</summary>
public sealed class ReasoningBlock : WordsBlock;

public sealed class RefusalBlock : WordsBlock;

/// <summary>A picture or a sound.</summary>
public sealed class MediaBlock(string mediaType) : AnswerBlock
{
    public string MediaType { get; } = mediaType;

    public EscapedText Base64 { get; } = new();
}

/// <summary>A call in an answer; its arguments are JSON text, escaped.</summary>
public sealed class AnswerToolCall(string id, string name) : AnswerBlock
{
    public string Id { get; } = id;

    public string Name { get; } = name;

    public EscapedText Arguments { get; } = new();
}

/// <summary>Gathers the events of one answer.</summary>
public sealed class AnswerCollector : IAnswerEvents
{
    public ChatAnswer Answer { get; } = new();

    /// <summary>Set when the answer ended in failure.</summary>
    public GatewayError? Error { get; private set; }

    public void Start(string? upstreamId) => Answer.UpstreamId = upstreamId;

    public void Text(int choice, ReadOnlySpan<byte> escaped) => Answer.Choice(choice).Append<TextBlock>(escaped);

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped) => Answer.Choice(choice).Append<ReasoningBlock>(escaped);

    public void Refusal(int choice, ReadOnlySpan<byte> escaped) => Answer.Choice(choice).Append<RefusalBlock>(escaped);

    public void ToolStart(int choice, int slot, string id, string name) => Answer.Choice(choice).Add(new AnswerToolCall(id, name));

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped) =>
        Answer.Choice(choice).ToolCalls[slot].Arguments.Append(escaped);

    public void ToolEnd(int choice, int slot)
    {
    }

    public void State(int choice, int? slot, OpaqueState state)
    {
        if (slot is { } call)
            Answer.Choice(choice).ToolCalls[call].State = state;
        else
            Answer.Choice(choice).Add(state);
    }

    public void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
        var media = new MediaBlock(mediaType);
        media.Base64.Append(base64);
        Answer.Choice(choice).Add(media);
    }

    public void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
        var gathered = Answer.Choice(choice).LogprobEntries;
        if (gathered.Length > 0 && entries.Length > 0)
            gathered.Append(","u8);
        gathered.Append(entries);
    }

    public void Usage(in Usage usage) => Answer.Usage = usage;

    public void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        var stopped = Answer.Choice(choice);
        stopped.StopReason = reason;
        stopped.StopSequence = stopSequence;
    }

    public void End()
    {
    }

    public void Fail(GatewayError error) => Error = error;
}
