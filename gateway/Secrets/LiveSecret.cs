namespace Dragoman.Secrets;

/// <summary>A secret as it is now. It may become another one while the process runs.</summary>
public abstract class LiveSecret
{
    /// <summary>The value to use. It completes at once, without a lock and an allocation, as soon as the value is known.</summary>
    /// <param name="cancellation">Ends the wait of this caller; other callers go on waiting.</param>
    /// <exception cref="SecretException">There is no value.</exception>
    public abstract ValueTask<string> GetAsync(CancellationToken cancellation);

    /// <summary>Looks for another value after the one that <see cref="GetAsync"/> gave was refused.</summary>
    /// <param name="refused">The value that was refused.</param>
    /// <param name="cancellation">Ends the wait of this caller.</param>
    /// <returns>The value to try now; null when there is no other one.</returns>
    public virtual ValueTask<string?> GetOtherAsync(string refused, CancellationToken cancellation) => new((string?)null);

    /// <summary>Reports that a value of <see cref="GetOtherAsync"/> was accepted. It is used from now on, until it is refused.</summary>
    public virtual void Prefer(string accepted)
    {
    }

    /// <summary>The value that was replaced a short time ago; null when there is none. Who checks signatures may still expect it.</summary>
    /// <param name="within">How long ago at most.</param>
    public virtual string? PreviousWithin(TimeSpan within) => null;

    /// <summary>Asks for a new value soon, without waiting for it.</summary>
    public virtual void Hurry()
    {
    }
}
