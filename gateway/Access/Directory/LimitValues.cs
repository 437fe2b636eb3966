namespace Dragoman.Access.Directory;

/// <summary>The limits of one scope over all processes together; null for a limit that the scope does not have.</summary>
/// <param name="RequestsPerMinute">Requests that may begin within any 60 seconds.</param>
/// <param name="TokensPerMinute">Tokens of prompts and answers together within any 60 seconds.</param>
/// <param name="ConcurrentRequests">Requests that may run at the same time.</param>
public sealed record LimitValues(long? RequestsPerMinute = null, long? TokensPerMinute = null, long? ConcurrentRequests = null)
{
    /// <summary>The greatest value of each limit.</summary>
    public const long Greatest = 1_000_000_000;

    public static readonly LimitValues None = new();

    /// <summary>Whether nothing is limited.</summary>
    public bool IsEmpty => RequestsPerMinute is null && TokensPerMinute is null && ConcurrentRequests is null;
}
