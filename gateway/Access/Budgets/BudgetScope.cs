using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>A budget that a caller must keep. Keep the object as long as the caller's settings do not change: it remembers its account.</summary>
public sealed class BudgetScope
{
    /// <param name="owner">Whose budget it is, such as <c>team:alpha</c>, in up to <see cref="LongestOwner"/> bytes of UTF-8. Two periods of one owner are two budgets.</param>
    /// <param name="limit">What may be used in one period, in picodollars.</param>
    /// <param name="period">When it begins anew.</param>
    /// <exception cref="ArgumentException">The owner or the limit is not what a store accepts.</exception>
    public BudgetScope(string owner, long limit, BudgetPeriod period)
    {
        ArgumentNullException.ThrowIfNull(period);
        StoreLimits.CheckId(owner + ":" + new string('x', BudgetPeriod.LongestName));
        if (limit is < 0 or > LedgerLimits.MostAmount)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A limit is from 0 to {LedgerLimits.MostAmount} picodollars.");
        (Owner, Limit, Period) = (owner, limit, period);
    }

    /// <summary>The most bytes of an owner in UTF-8.</summary>
    public static int LongestOwner => StoreLimits.LongestId - BudgetPeriod.LongestName - 1;

    /// <summary>Whose budget it is.</summary>
    public string Owner { get; }

    /// <summary>What may be used in one period, in picodollars.</summary>
    public long Limit { get; }

    /// <summary>When it begins anew.</summary>
    public BudgetPeriod Period { get; }

    /// <summary>The account that was used last. The lock of the ledger protects it, so a scope belongs to one ledger at a time.</summary>
    internal BudgetAccount? Account { get; set; }

    /// <summary>The id of the account at a moment, such as <c>team:alpha:month:2026-11-01</c>.</summary>
    public string AccountAt(DateTimeOffset moment) => Owner + ":" + Period.At(moment).Name;
}
