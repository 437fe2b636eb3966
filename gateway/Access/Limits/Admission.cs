using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using Dragoman.Conversation;

namespace Dragoman.Access.Limits;

/// <summary>A request that may run. To dispose it ends the request: only then may another take its place.</summary>
public sealed class Admission : RateLimitLease
{
    /// <summary>The scopes of a caller: organization, team, user and key.</summary>
    internal const int MostScopes = 4;

    /// <summary>More tokens than any model uses, and so few that sums of them do not overflow.</summary>
    internal const long MostTokens = 1_000_000_000_000;

    /// <summary>The admission of those who have no limits.</summary>
    internal static readonly Admission Unlimited = new(null, new() { Team = null }, [], 0);

    private readonly CallerLimits? limits;
    private readonly long segment;
    private Parts taken;
    private Amounts tokens;
    private int count;
    private long tokenSegment;
    private int isEnded;

    internal Admission(CallerLimits? limits, Caller caller, ScopeLimits[] scopes, long segment) =>
        (this.limits, Caller, Scopes, this.segment) = (limits, caller, scopes, segment);

    public override bool IsAcquired => true;

    public override IEnumerable<string> MetadataNames => [];

    /// <summary>
    /// What is left to the caller: the tightest of the limits of requests, and of those of tokens; null if the caller has none. Over
    /// several processes it is what this one knows.
    /// </summary>
    public RateLimits? Limits => limits?.StateOf(this);

    /// <summary>Whose request it is.</summary>
    internal Caller Caller { get; }

    /// <summary>The caller's scopes.</summary>
    internal ScopeLimits[] Scopes { get; private set; }

    /// <summary>The scopes in which something was taken, which are the first.</summary>
    internal int Count => count;

    /// <summary>Reserves the most tokens that the request may use, before it uses any. Waits in the waiting room, if there is one.</summary>
    /// <param name="amount">How many. More than a limit are the whole limit.</param>
    /// <param name="cancellation">The client has left.</param>
    /// <exception cref="GatewayException">They are not left.</exception>
    public ValueTask ReserveTokensAsync(long amount, CancellationToken cancellation) =>
        limits is null ? default : limits.ReserveAsync(this, Math.Clamp(amount, 0, MostTokens), cancellation);

    /// <summary>Replaces what was reserved by what was used, which may be more.</summary>
    public void SettleTokens(long used)
    {
        if (limits is null)
            return;
        var now = limits.Now;
        used = Math.Clamp(used, 0, MostTokens);
        for (var index = 0; index < count; index++)
        {
            limits.Schedule(Scopes[index], Scopes[index].SettleTokens(tokens[index], tokenSegment, used, now), now);
            // A second call would give back again what the first one did.
            tokens[index] = used;
        }

        limits.Wake();
    }

    public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
    {
        metadata = null;
        return false;
    }

    /// <summary>Remembers what was taken of a scope.</summary>
    internal void Add(Taken part) => taken[count++] = part;

    /// <summary>Another object stands for one of the scopes in which nothing was taken yet.</summary>
    internal void Rebind(ScopeLimits[] scopes) => Scopes = scopes;

    /// <summary>Remembers the tokens that were taken of a scope.</summary>
    internal void SetTokens(int index, long taken, long at) => (tokens[index], tokenSegment) = (taken, at);

    /// <summary>Gives back the tokens of the first scopes.</summary>
    internal void GiveBackTokens(int first, Moment now)
    {
        for (var index = 0; index < first; index++)
        {
            Scopes[index].SettleTokens(tokens[index], tokenSegment, 0, now);
            tokens[index] = 0;
        }
    }

    /// <summary>Gives back the requests, as if there had been none.</summary>
    internal void GiveBack(Moment now)
    {
        for (var index = 0; index < count; index++)
            Scopes[index].GiveBack(taken[index], segment, now);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (limits is null || Interlocked.Exchange(ref isEnded, 1) != 0)
            return;
        var now = limits.Now;
        for (var index = 0; index < count; index++)
            limits.Schedule(Scopes[index], Scopes[index].GiveBack(taken[index] & ~Taken.Request, segment, now), now);
        limits.Wake();
    }

    [InlineArray(MostScopes)]
    private struct Parts
    {
        private Taken first;
    }

    [InlineArray(MostScopes)]
    private struct Amounts
    {
        private long first;
    }
}
