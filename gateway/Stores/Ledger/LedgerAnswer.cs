namespace Dragoman.Stores.Ledger;

/// <summary>The state after a batch.</summary>
/// <param name="Accounts">The accounts of the batch, in its order.</param>
/// <param name="IsExpired">The leases of the process were assumed to be used, because it did not renew them. It needs a new name.</param>
public sealed record LedgerAnswer(IReadOnlyList<GrantedLease> Accounts, bool IsExpired);

/// <summary>An account after a batch.</summary>
/// <param name="Lease">What the process holds of it now.</param>
/// <param name="State">What all processes hold and have used.</param>
public sealed record GrantedLease(long Lease, AccountState State);
