using System.Net;
using System.Threading.RateLimiting;

namespace Dragoman.Access.Credentials;

/// <summary>
/// Slows down an address that keeps sending wrong credentials. Callers that the process already knows are not asked here, so
/// that one of them is not slowed by others behind the same address.
/// </summary>
internal sealed class WrongCredentials : IDisposable
{
    /// <summary>How many wrong credentials an address may send before it is slowed.</summary>
    public const int Burst = 20;

    /// <summary>How often it may try again after that.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // The limiter has a timer that runs ten times a second, so it is made for the first wrong credential.
    private readonly Lazy<PartitionedRateLimiter<IPAddress>> addresses = new(() => PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
        RateLimitPartition.GetTokenBucketLimiter(ClientAddress.NetworkOf(address), static _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Burst,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = Pause,
            QueueLimit = 0,
            AutoReplenishment = false,
        })));

    /// <summary>Whether a credential from an address may be looked at.</summary>
    /// <remarks>To acquire 0 permits succeeds already with a tenth of a permit, so the whole ones are asked for.</remarks>
    public bool MayTry(IPAddress address) =>
        !addresses.IsValueCreated || addresses.Value.GetStatistics(address) is not { CurrentAvailablePermits: 0 };

    /// <summary>Counts a wrong credential.</summary>
    public void Count(IPAddress address)
    {
        using var lease = addresses.Value.AttemptAcquire(address);
    }

    public void Dispose()
    {
        if (addresses.IsValueCreated)
            addresses.Value.Dispose();
    }
}
