using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>What an inbound dialect knows of a request besides its body.</summary>
/// <param name="Header">The value of a request header, joined by commas where it came several times; null when absent.</param>
/// <param name="Envelope">Opens what <see cref="AnswerContext.Envelope"/> packed.</param>
public sealed record RequestContext(Func<string, string?> Header, StateEnvelope Envelope)
{
    public static readonly RequestContext Bare = new(_ => null, StateEnvelope.OfProcess);

    /// <summary>Bounds the work of reading.</summary>
    public WorkLimit Work { get; init; } = WorkLimit.None;
}
