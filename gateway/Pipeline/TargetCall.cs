using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Providers;

namespace Dragoman.Pipeline;

/// <summary>One request as one target gets it.</summary>
/// <param name="Provider">The target's.</param>
/// <param name="Call">What is sent.</param>
/// <param name="PassesThrough">Whether it is the client's own request, so that its answer may pass through as well.</param>
/// <param name="Losses">What could not be carried over.</param>
/// <param name="OpenAnswer">Opens a reader that undoes what was done to the request.</param>
internal sealed record TargetCall(Provider Provider, UpstreamCall Call, bool PassesThrough, LossReport Losses, Func<IAnswerReader> OpenAnswer);
