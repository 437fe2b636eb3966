using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>What is known of a request when nothing more comes.</summary>
/// <param name="Usage">Reported, else an estimate of what was produced, else absent.</param>
/// <param name="IsOver">The answer has come to its end.</param>
/// <param name="Error">What it failed with.</param>
internal readonly record struct Consumption(Usage Usage, bool IsOver, GatewayError? Error);
