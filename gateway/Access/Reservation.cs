using Dragoman.Access.Budgets;
using Dragoman.Access.Limits;

namespace Dragoman.Access;

/// <summary>What was reserved for a request before it was sent.</summary>
/// <param name="Caller">Who pays.</param>
/// <param name="Admission">What the request counts as.</param>
/// <param name="Use">What was about to be used; null if the ledger need not know.</param>
/// <param name="Hold">What was reserved of the caller's budgets; null if there are none.</param>
public sealed record Reservation(Caller Caller, Admission Admission, PlannedUse? Use = null, Hold? Hold = null)
{
    /// <summary>What the request costs; null for the rules of the time when it is settled.</summary>
    internal SpendingRules? Rules { get; init; }
}
