using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>What an inbound dialect knows about a request besides its body.</summary>
/// <param name="Header">Returns the value of a request header, several joined by commas; null when it is absent.</param>
/// <param name="Envelope">Opens what <see cref="AnswerContext.Envelope"/> packed.</param>
public sealed record RequestContext(Func<string, string?> Header, StateEnvelope Envelope)
{
    public static readonly RequestContext Bare = new(_ => null, StateEnvelope.OfProcess);

    /// <summary>Limits the work of reading.</summary>
    public WorkLimit Work { get; init; } = WorkLimit.None;
}
