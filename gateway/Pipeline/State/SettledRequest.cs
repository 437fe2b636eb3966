using Dragoman.Access;
using Dragoman.Conversation;

namespace Dragoman.Pipeline.State;

/// <summary>A request that was settled, for those who watch: names, counts and times, but never a prompt, an answer or a key.</summary>
/// <param name="Time">When it was settled.</param>
/// <param name="RequestId">Its id in the logs.</param>
/// <param name="Caller">Who sent it.</param>
/// <param name="Dialect">The client's dialect.</param>
/// <param name="Model">The published model.</param>
/// <param name="Target">The provider and its model that was tried last.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
/// <param name="Usage">The tokens.</param>
/// <param name="FirstEvent">The time until the answer began; null when it did not, or has no beginning.</param>
/// <param name="Total">The time until the answer ended.</param>
public sealed record SettledRequest(
    DateTimeOffset Time,
    string RequestId,
    Caller Caller,
    string Dialect,
    string Model,
    Configuration.Target Target,
    Outcome Outcome,
    ErrorKind? Error,
    Usage Usage,
    TimeSpan? FirstEvent,
    TimeSpan Total);
