using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>What a request has consumed when it ends.</summary>
/// <param name="Usage">The reported usage; else an estimate of what was produced; absent when nothing was produced.</param>
/// <param name="IsOver">Whether the answer reached its end.</param>
/// <param name="Error">The error that the request failed with; null when it succeeded.</param>
internal readonly record struct Consumption(Usage Usage, bool IsOver, GatewayError? Error);
