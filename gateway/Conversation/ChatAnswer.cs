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
    private readonly List<AnswerToolCall> toolCalls = [];

    public EscapedText Text { get; } = new();

    public EscapedText Reasoning { get; } = new();

    public EscapedText Refusal { get; } = new();

    public IReadOnlyList<AnswerToolCall> ToolCalls => toolCalls;

    /// <summary>Raw JSON: the elements of OpenAI's <c>logprobs.content</c>, comma-separated; empty when there are none.</summary>
    public EscapedText LogprobEntries { get; } = new();

    public StopReason? StopReason { get; internal set; }

    internal void Add(AnswerToolCall call) => toolCalls.Add(call);
}

/// <summary>A call in an answer; its arguments are JSON text, escaped.</summary>
public sealed record AnswerToolCall(string Id, string Name)
{
    public EscapedText Arguments { get; } = new();
}

/// <summary>Gathers the events of one answer.</summary>
public sealed class AnswerCollector : IAnswerEvents
{
    public ChatAnswer Answer { get; } = new();

    /// <summary>Set when the answer ended in failure.</summary>
    public GatewayError? Error { get; private set; }

    public void Start(string? upstreamId) => Answer.UpstreamId = upstreamId;

    public void Text(int choice, ReadOnlySpan<byte> escaped) => Answer.Choice(choice).Text.Append(escaped);

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped) => Answer.Choice(choice).Reasoning.Append(escaped);

    public void Refusal(int choice, ReadOnlySpan<byte> escaped) => Answer.Choice(choice).Refusal.Append(escaped);

    public void ToolStart(int choice, int slot, string id, string name) => Answer.Choice(choice).Add(new AnswerToolCall(id, name));

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped) =>
        Answer.Choice(choice).ToolCalls[slot].Arguments.Append(escaped);

    public void ToolEnd(int choice, int slot)
    {
    }

    public void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
        var gathered = Answer.Choice(choice).LogprobEntries;
        if (gathered.Length > 0 && entries.Length > 0)
            gathered.Append(","u8);
        gathered.Append(entries);
    }

    public void Usage(in Usage usage) => Answer.Usage = usage;

    public void Stop(int choice, StopReason reason) => Answer.Choice(choice).StopReason = reason;

    public void End()
    {
    }

    public void Fail(GatewayError error) => Error = error;
}
