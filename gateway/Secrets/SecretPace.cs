namespace Dragoman.Secrets;

/// <summary>How often a secret is read.</summary>
/// <param name="Refresh">How long after it was read a value is read again, when it is used; the old one stays in use meanwhile.</param>
/// <param name="Lifetime">From when on a user waits for the next value, which a shorter time without use never reaches.</param>
/// <param name="FirstRetry">The pause after a failure. It doubles with each further one.</param>
/// <param name="LongestRetry">The longest such pause.</param>
/// <param name="BetweenForced">The pause between two reads because a value was refused, if the first has brought no other value.</param>
internal sealed record SecretPace(TimeSpan Refresh, TimeSpan Lifetime, TimeSpan FirstRetry, TimeSpan LongestRetry, TimeSpan BetweenForced)
{
    /// <summary>A file is read in microseconds.</summary>
    public static readonly SecretPace OfFile = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

    /// <param name="lifetime">How long a value is used before the vault is asked again; a fifth of it is left for the vault's answer.</param>
    public static SecretPace OfVault(TimeSpan lifetime) => new(lifetime * 0.8, lifetime, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5));
}
