using Dragoman.Access;
using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>What a request has consumed when it ends.</summary>
/// <param name="Uses">What each try used: the reported usage; else an estimate of what was produced; absent when nothing was produced.</param>
/// <param name="IsOver">Whether the answer reached its end.</param>
/// <param name="Error">The error that the request failed with; null when it succeeded.</param>
internal readonly record struct Consumption(IReadOnlyList<TargetUse> Uses, bool IsOver, GatewayError? Error);
