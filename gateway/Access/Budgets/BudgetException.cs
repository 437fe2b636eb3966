using System.Globalization;

namespace Dragoman.Access.Budgets;

/// <summary>A budget does not allow a request.</summary>
/// <param name="refusal">Which one, and why.</param>
public sealed class BudgetException(BudgetRefusal refusal) : Exception(Describe(refusal))
{
    /// <summary>Which budget, and why.</summary>
    public BudgetRefusal Refusal => refusal;

    private static string Describe(BudgetRefusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return refusal.Reason switch
        {
            BudgetRefusalReason.Exhausted => $"The budget of {refusal.Budget?.Owner} has {Dollars(refusal.Left)} of {Dollars(refusal.Budget?.Limit ?? 0)} left; the request may cost {Dollars(refusal.Amount)}. {Reset(refusal.ResetsAt)}",
            BudgetRefusalReason.StoreAway => "The ledger does not answer, so that the budget is not known. Try again later.",
            BudgetRefusalReason.Crowded => "Too many requests wait for what is left of the budget. Try again later.",
            _ => "The gateway stops.",
        };
    }

    private static string Reset(DateTimeOffset? at) => at is { } time
        ? $"It begins anew at {time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}."
        : "It does not begin anew.";

    private static string Dollars(long amount) => $"${(amount / 1_000_000_000_000m).ToString("0.00####", CultureInfo.InvariantCulture)}";
}
