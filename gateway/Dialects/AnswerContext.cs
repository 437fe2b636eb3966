using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>What an inbound dialect knows of the exchange while it writes the answer.</summary>
/// <param name="Request">What the client asked.</param>
/// <param name="RequestId">The id that also stands in the response headers.</param>
/// <param name="Clock">The source of all times in the answer.</param>
/// <param name="StartedAt">Timestamp of <paramref name="Clock"/> at which the request arrived.</param>
public sealed record AnswerContext(ChatRequest Request, string RequestId, TimeProvider Clock, long StartedAt)
{
    /// <summary>Packs other dialects' opaque state for clients that replay it.</summary>
    public StateEnvelope Envelope { get; init; } = StateEnvelope.OfProcess;

    private DateTimeOffset? now;

    public DateTimeOffset CreatedAt { get; } = Clock.GetUtcNow();

    /// <summary>The time at which what is being translated has come; the same for all that came at once.</summary>
    public DateTimeOffset Now => now ??= Clock.GetUtcNow();

    /// <summary>To be called when more has come, so that <see cref="Now"/> is looked up again.</summary>
    public void PassTime() => now = null;
}
