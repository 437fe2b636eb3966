using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>
/// Watches an answer's events on their way to the inbound dialect: whether anything that matters has come, what was
/// produced, how it ended. Adds an estimate where the provider reports no usage, marked as such.
/// </summary>
internal sealed class AnswerMeter(IAnswerEvents inner, ChatRequest request, Exchange exchange) : IAnswerEvents
{
    /// <summary>A rule of thumb for text in any language (specs/ollama.md 5.4).</summary>
    private const int BytesPerToken = 4;

    private long producedBytes;
    private Usage usage = Conversation.Usage.Absent;

    /// <summary>Something that the client can see has come, so the answer has begun.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The last event has come.</summary>
    public bool IsOver { get; private set; }

    public GatewayError? Error { get; private set; }

    /// <summary>From the request's arrival to the first visible event.</summary>
    public TimeSpan? FirstEventAfter { get; private set; }

    public StopReason? StopReason { get; private set; }

    /// <summary>Reported, else an estimate of what was produced, else absent when nothing was (design section 5).</summary>
    public Usage UsageSoFar => usage.Origin == UsageOrigin.Reported || producedBytes == 0 ? usage : Estimate();

    public void Start(string? upstreamId) => inner.Start(upstreamId);

    public void Text(int choice, ReadOnlySpan<byte> escaped)
    {
        Begin(escaped.Length);
        inner.Text(choice, escaped);
    }

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
        Begin(escaped.Length);
        inner.Reasoning(choice, escaped);
    }

    public void Refusal(int choice, ReadOnlySpan<byte> escaped)
    {
        Begin(escaped.Length);
        inner.Refusal(choice, escaped);
    }

    public void ToolStart(int choice, int slot, string id, string name)
    {
        Begin(name.Length);
        inner.ToolStart(choice, slot, id, name);
    }

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
        Begin(escaped.Length);
        inner.ToolArguments(choice, slot, escaped);
    }

    public void ToolEnd(int choice, int slot) => inner.ToolEnd(choice, slot);

    public void Logprobs(int choice, ReadOnlySpan<byte> entries) => inner.Logprobs(choice, entries);

    public void Usage(in Usage usage)
    {
        this.usage = usage;
        inner.Usage(usage);
    }

    public void Stop(int choice, StopReason reason)
    {
        Begin(0);
        StopReason = reason;
        inner.Stop(choice, reason);
    }

    public void End()
    {
        if (usage.Origin != UsageOrigin.Reported)
            inner.Usage(Estimate());
        IsOver = true;
        inner.End();
    }

    public void Fail(GatewayError error)
    {
        if (IsOver)
            return;
        IsOver = true;
        Error = error;
        inner.Fail(error);
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
            Math.Max(1, prompt / BytesPerToken),
            Math.Max(1, producedBytes / BytesPerToken),
            Origin: UsageOrigin.Estimated);
    }
}
