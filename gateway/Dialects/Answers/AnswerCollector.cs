using Dragoman.Conversation;

namespace Dragoman.Dialects.Answers;

/// <summary>Collects the events of one answer.</summary>
public sealed class AnswerCollector : IAnswerEvents
{
    public ChatAnswer Answer { get; } = new();

    /// <summary>The failure that ended the answer; null when there is none.</summary>
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
