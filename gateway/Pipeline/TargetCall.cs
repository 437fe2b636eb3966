using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Providers;

namespace Dragoman.Pipeline;

/// <summary>One request as it is sent to one target.</summary>
/// <param name="Provider">The target's provider.</param>
/// <param name="Call">The call to send.</param>
/// <param name="PassesThrough">Whether it is the client's original request, so that its answer may pass through as well.</param>
/// <param name="Losses">The parts of the request that could not be carried over.</param>
/// <param name="OpenAnswer">Opens a reader that undoes the changes to the request.</param>
internal sealed record TargetCall(Provider Provider, UpstreamCall Call, bool PassesThrough, LossReport Losses, Func<IAnswerReader> OpenAnswer);
