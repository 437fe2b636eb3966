using Dragoman.Conversation;

namespace Dragoman.Access;

/// <summary>What is known when an exchange is over.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Usage">Reported, else an estimate of what was delivered, else absent when nothing was.</param>
public sealed record Settlement(Outcome Outcome, Usage Usage);
