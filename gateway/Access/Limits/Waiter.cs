using System.Threading.RateLimiting;

namespace Dragoman.Access.Limits;

/// <summary>A request that waits for a limit, either to begin or to use tokens.</summary>
/// <param name="limits">The limits.</param>
/// <param name="caller">Whose request it is.</param>
/// <param name="admission">The request that has begun and wants tokens; null for one that wants to begin.</param>
/// <param name="tokens">The tokens that it wants.</param>
/// <param name="refusal">Why it has to wait.</param>
internal sealed class Waiter(CallerLimits limits, Caller caller, Admission? admission, long tokens, Refusal refusal)
{
    /// <summary>The team in whose queue it waits.</summary>
    public string Team { get; } = caller.Team ?? "";

    /// <summary>Why it has to wait.</summary>
    public Refusal Refusal { get; private set; } = refusal;

    /// <summary>When it is refused.</summary>
    public Moment Deadline { get; set; }

    /// <summary>Whether it is in the room. The room has the lock.</summary>
    public bool IsInside { get; set; }

    /// <summary>What it gets in the end: an <see cref="Admission"/> or a <see cref="Limits.Refusal"/>.</summary>
    public TaskCompletionSource<RateLimitLease> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private long Amount => Refusal.Limit == LimitKind.Tokens ? tokens : 1;

    /// <summary>Whether the same limit has refused another one in this pass; then it refuses this one too.</summary>
    public bool IsRefusedIn(long pass) => (admission is null ? Refusal.Scope.RefusedRequestsIn : Refusal.Scope.RefusedTokensIn) == pass;

    /// <summary>Counts the waiter at the limit for which it waits.</summary>
    public void Begin() => Refusal.Scope.Wait(Refusal.Limit, Amount);

    /// <summary>Ends <see cref="Begin"/>.</summary>
    public void End() => Refusal.Scope.Wait(Refusal.Limit, -Amount);

    /// <summary>Takes what it wants, or notes what it now waits for.</summary>
    /// <param name="pass">The number of the pass.</param>
    /// <returns>The lease; null if it has to wait on.</returns>
    public RateLimitLease? Try(long pass)
    {
        var lease = limits.Try(caller, admission, tokens, waited: true);
        if (lease is not Refusal again)
            return lease;
        End();
        Refusal = again;
        Begin();
        if (admission is null)
            again.Scope.RefusedRequestsIn = pass;
        else
            again.Scope.RefusedTokensIn = pass;
        limits.Ask(caller, admission, tokens);
        return null;
    }
}
