using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>
/// Watches an answer's events on their way to the inbound dialect: whether anything that matters has come, what was
/// produced, how it ended. Adds an estimate where the provider reports no usage, marked as such.
/// </summary>
internal sealed class AnswerMeter(IAnswerEvents next, ChatRequest request, Exchange exchange) : AnswerFilter(next)
{
    private long producedBytes;
    private Usage usage = Conversation.Usage.Absent;

    /// <summary>Something that the client can see has come, so the answer has begun.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The last event has come.</summary>
    public bool IsOver { get; private set; }

    public GatewayError? Error { get; private set; }

    /// <summary>From the request's arrival to the first visible event.</summary>
    public TimeSpan? FirstEventAfter { get; private set; }

    /// <summary>Reported, else an estimate of what was produced, else absent when nothing was (design section 5).</summary>
    public Usage UsageSoFar => usage.Origin == UsageOrigin.Reported || producedBytes == 0 ? usage : Estimate();

    public override void Text(int choice, ReadOnlySpan<byte> escaped)
    {
        Begin(escaped.Length);
        Next.Text(choice, escaped);
    }

    public override void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
        Begin(escaped.Length);
        Next.Reasoning(choice, escaped);
    }

    public override void Refusal(int choice, ReadOnlySpan<byte> escaped)
    {
        Begin(escaped.Length);
        Next.Refusal(choice, escaped);
    }

    public override void ToolStart(int choice, int slot, string id, string name)
    {
        Begin(name.Length);
        Next.ToolStart(choice, slot, id, name);
    }

    public override void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
        Begin(escaped.Length);
        Next.ToolArguments(choice, slot, escaped);
    }

    public override void Usage(in Usage usage)
    {
        this.usage = usage;
        Next.Usage(usage);
    }

    public override void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        Begin(0);
        Next.Stop(choice, reason, stopSequence);
    }

    public override void End()
    {
        if (usage.Origin != UsageOrigin.Reported)
            Next.Usage(Estimate());
        IsOver = true;
        Next.End();
    }

    public override void Fail(GatewayError error)
    {
        if (IsOver)
            return;
        IsOver = true;
        Error = error;
        Next.Fail(error);
    }

    private void Begin(int bytes)
    {
        producedBytes += bytes;
        if (HasBegun)
            return;
        HasBegun = true;
        FirstEventAfter = exchange.Elapsed;
    }

    private Usage Estimate()
    {
        var prompt = request.Turns.Sum(turn => turn.Parts.Sum(part => part switch
        {
            TextPart text => text.Text.Length,
            ToolCallPart call => call.Arguments.Length + call.Name.Length,
            ToolResultPart result => result.Text.Length,
            _ => 0,
        }));
        return new Usage(
            Math.Max(1, prompt / TokenEstimate.BytesPerToken),
            Math.Max(1, producedBytes / TokenEstimate.BytesPerToken),
            Origin: UsageOrigin.Estimated);
    }
}
