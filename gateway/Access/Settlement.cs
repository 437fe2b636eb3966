using Dragoman.Conversation;

namespace Dragoman.Access;

/// <summary>The result of an exchange, for the accounts.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Usage">The usage that the provider reported, else an estimate of what was delivered; absent when nothing was delivered.</param>
public sealed record Settlement(Outcome Outcome, Usage Usage);
