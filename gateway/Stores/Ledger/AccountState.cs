namespace Dragoman.Stores.Ledger;

/// <summary>An account as the store has it.</summary>
/// <param name="Account">Its id.</param>
/// <param name="Limit">The limit that was last given.</param>
/// <param name="Leased">What all processes have leased and not settled.</param>
/// <param name="Settled">What was used, including <paramref name="Assumed"/>.</param>
/// <param name="Assumed">The part of <paramref name="Settled"/> that nobody has reported: leases of processes that were killed.</param>
/// <param name="Excess">What was used though it was not left.</param>
public sealed record AccountState(string Account, long Limit, long Leased, long Settled, long Assumed, long Excess)
{
    /// <summary>What can still be leased.</summary>
    public long Left => Math.Max(0, Limit - Leased - Settled - Excess);
}
