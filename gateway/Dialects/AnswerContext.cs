using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>What an inbound dialect knows about the exchange while it writes the answer.</summary>
/// <param name="Request">The client's request.</param>
/// <param name="RequestId">The id that the response headers also have.</param>
/// <param name="Clock">The source of all times in the answer.</param>
/// <param name="StartedAt">Timestamp of <paramref name="Clock"/> at which the request arrived.</param>
public sealed record AnswerContext(ChatRequest Request, string RequestId, TimeProvider Clock, long StartedAt)
{
    /// <summary>Packs the opaque state of other dialects for clients that send it back.</summary>
    public StateEnvelope Envelope { get; init; } = StateEnvelope.OfProcess;

    /// <summary>The cost of the request in picodollars if its answer has used what is given, null if a price is not known; null itself if the answer does not tell the cost.</summary>
    public Func<Usage, long?>? CostOf { get; set; }

    private DateTimeOffset? now;

    public DateTimeOffset CreatedAt { get; } = Clock.GetUtcNow();

    /// <summary>The time at which the bytes that are being translated arrived; the same for all bytes of one read.</summary>
    public DateTimeOffset Now => now ??= Clock.GetUtcNow();

    /// <summary>Call it when more bytes have arrived, so that <see cref="Now"/> is read from the clock again.</summary>
    public void PassTime() => now = null;
}
