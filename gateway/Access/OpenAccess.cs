using Dragoman.Access.Budgets;
using Dragoman.Access.Limits;
using Dragoman.Configuration;
using Dragoman.Stores.Ledger;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Access;

/// <summary>Asks for no key and limits nothing. Usage is still logged, and noted in the ledger if there is one.</summary>
/// <param name="spending">The ledger; null if there is no store. The policy disposes it.</param>
public sealed class OpenAccess(Spending? spending = null) : IAccessPolicy
{
    private static readonly Caller Everybody = new() { Team = "open" };

    public ValueTask<Caller> AuthenticateAsync(HttpContext http, string requestId, CancellationToken cancellation) => new(Everybody);

    public ValueTask<Admission> AdmitAsync(Caller caller, CancellationToken cancellation) => new(Admission.Unlimited);

    public ValueTask<Reservation> ReserveAsync(Caller caller, Admission admission, PlannedUse use, CancellationToken cancellation) =>
        new(new Reservation(caller, admission, use.Bound == UpperBound.Nothing ? null : use) { Rules = spending?.Rules });

    public ValueTask SettleAsync(Reservation reservation, Settlement settlement)
    {
        spending?.Settle(reservation, settlement);
        return default;
    }

    public void Adopt(AccessSettings settings, SpendingRules rules)
    {
        if (spending is not null)
            spending.Rules = rules;
    }

    public IReadOnlyList<LedgerEntry> FindUnsent(string requestId) => spending?.FindUnsent(requestId) ?? [];

    public ValueTask DisposeAsync() => spending?.DisposeAsync() ?? default;
}
