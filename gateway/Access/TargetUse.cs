using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Access;

/// <summary>What one try of a request used.</summary>
/// <param name="Target">The model that was asked.</param>
/// <param name="Usage">The usage that the provider reported, else an estimate of what was delivered; absent when nothing was delivered.</param>
public readonly record struct TargetUse(Target Target, Usage Usage)
{
    /// <summary>The HTTP status that stands for the failure for which the answer was thrown away; null for the try that was answered with.</summary>
    public int? Status { get; init; }

    /// <summary>The time from the arrival of the request to that failure.</summary>
    public TimeSpan? Elapsed { get; init; }
}
