namespace Dragoman.Access.Limits;

/// <summary>What is left of a limit a minute.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Remaining">What is left now.</param>
/// <param name="Reset">The time until all of it is left again, if nothing else is used.</param>
internal readonly record struct LimitState(long Limit, long Remaining, TimeSpan Reset)
{
    /// <summary>Whether this limit will stop a caller before another one.</summary>
    public bool IsTighterThan(LimitState? other) =>
        other is not { } known || Remaining < known.Remaining || (Remaining == known.Remaining && Limit < known.Limit);
}
