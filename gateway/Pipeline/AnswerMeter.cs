using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Pipeline.Memory;
using Dragoman.Providers;
using Dragoman.Telemetry;

namespace Dragoman.Pipeline;

/// <summary>
/// Watches an answer's events on their way to the inbound dialect: whether visible content has arrived, how much was
/// produced, and how the answer ended. If the provider reports no usage, adds an estimate that is marked as one.
/// </summary>
/// <param name="next">Receives the events.</param>
/// <param name="promptLength">The characters of the prompt, for an estimate.</param>
/// <param name="exchange">The exchange whose answer is measured.</param>
/// <param name="provider">The provider whose errors reach the client.</param>
internal sealed class AnswerMeter(IAnswerEvents next, int promptLength, Exchange exchange, Provider provider) : AnswerFilter(next)
{
    /// <summary>Bytes that a call counts in addition to its text, for what is stored to distinguish it from other calls.</summary>
    private const int CallBytes = 1024;

    private readonly GrowingRoom carried = new(exchange);
    private readonly ModelCall? observed = exchange.Observed?.Call;
    private long producedBytes;
    private Usage usage = Conversation.Usage.Absent;

    /// <summary>Visible content has arrived, so the answer may begin.</summary>
    public bool HasContent { get; private set; }

    /// <summary>The most bytes that the answer may have (<see cref="Dragoman.Configuration.LimitSettings.AnswerBytes"/>).</summary>
    public int MostBytes { get; } = exchange.Snapshot.Configuration.Limits.AnswerBytes;

    /// <summary>The bytes of everything that has arrived; dialects may keep it until the answer ends.</summary>
    public long CarriedBytes => carried.Bytes;

    /// <summary>The last event has arrived.</summary>
    public bool IsOver { get; private set; }

    public GatewayError? Error { get; private set; }

    /// <summary>The time from the request's arrival to the first visible event.</summary>
    public TimeSpan? FirstEventAfter { get; private set; }

    /// <summary>The reported usage; else an estimate of what was produced; absent when nothing was produced (architecture.md 5).</summary>
    public Usage UsageSoFar => usage.Origin == UsageOrigin.Reported || producedBytes == 0 ? usage : Estimate();

    public override void Start(string? upstreamId)
    {
        observed?.Starts(upstreamId);
        Next.Start(upstreamId);
    }

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
        Carry(CallBytes + id.Length);
        Begin(name.Length);
        Next.ToolStart(choice, slot, id, name);
    }

    public override void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
        Begin(escaped.Length);
        Next.ToolArguments(choice, slot, escaped);
    }

    public override void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
        Carry(entries.Length);
        Next.Logprobs(choice, entries);
    }

    public override void State(int choice, int? slot, OpaqueState state)
    {
        Carry(state.Value.Length);
        Next.State(choice, slot, state);
    }

    public override void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
        Carry(base64.Length);
        Next.Media(choice, mediaType, base64);
    }

    public override void Usage(in Usage usage)
    {
        this.usage = usage;
        Next.Usage(usage);
    }

    public override void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        Begin(0);
        observed?.Stops(reason);
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
        Error = provider.ForClient(error);
        Next.Fail(Error.For(exchange.Locale));
    }

    private void Begin(int bytes)
    {
        Carry(bytes);
        producedBytes += bytes;
        if (HasContent)
            return;
        HasContent = true;
        FirstEventAfter = exchange.Elapsed;
    }

    /// <summary>Limits what dialects keep of an answer until its end, whatever the provider sends.</summary>
    private void Carry(int bytes)
    {
        if (CarriedBytes + bytes > MostBytes)
            throw new GatewayException(UpstreamBody.TooLarge(MostBytes));
        carried.Add(bytes);
    }

    private Usage Estimate() => new(
        Math.Max(1, promptLength / TokenEstimate.BytesPerToken),
        Math.Max(1, producedBytes / TokenEstimate.BytesPerToken),
        Origin: UsageOrigin.Estimated);
}
