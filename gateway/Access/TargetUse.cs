using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Access;

/// <summary>What one try of a request used.</summary>
/// <param name="Target">The model that was asked.</param>
/// <param name="Usage">The usage that the provider reported, else an estimate of what was delivered; absent when nothing was delivered.</param>
public readonly record struct TargetUse(Target Target, Usage Usage);
