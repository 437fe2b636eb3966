using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>A budget that a caller must keep. Keep the object as long as the caller's settings do not change: it remembers its account.</summary>
public sealed class BudgetScope
{
    /// <param name="owner">Whose budget it is. Two periods of one owner are two budgets.</param>
    /// <param name="limit">What may be used in one period, in picodollars.</param>
    /// <param name="period">When it begins anew.</param>
    /// <param name="warnAt">The part of the limit from which it warns, above 0 and up to 1; null if it does not.</param>
    /// <exception cref="ArgumentException">The limit is not what a store accepts.</exception>
    public BudgetScope(BudgetOwner owner, long limit, BudgetPeriod period, decimal? warnAt = null)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(period);
        if (limit is < 0 or > LedgerLimits.MostAmount)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A limit is from 0 to {LedgerLimits.MostAmount} picodollars.");
        (Owner, Limit, Period, WarnAt) = (owner, limit, period, warnAt);
        WarnsFrom = warnAt is { } part ? (long)Math.Ceiling(limit * part) : long.MaxValue;
    }

    /// <summary>Whose budget it is.</summary>
    public BudgetOwner Owner { get; }

    /// <summary>What may be used in one period, in picodollars.</summary>
    public long Limit { get; }

    /// <summary>When it begins anew.</summary>
    public BudgetPeriod Period { get; }

    /// <summary>The part of the limit from which it warns; null if it does not.</summary>
    public decimal? WarnAt { get; }

    /// <summary>The amount from which it warns, in picodollars.</summary>
    internal long WarnsFrom { get; }

    /// <summary>The account that was used last. The lock of the ledger protects it, so a scope belongs to one ledger at a time.</summary>
    internal BudgetAccount? Account { get; set; }

    /// <summary>The id of the account at a moment, such as <c>team:alpha:month:2026-11-01</c>.</summary>
    public string AccountAt(DateTimeOffset moment) => AccountIn(Period.At(moment));

    /// <summary>The id of the account of a period.</summary>
    internal string AccountIn(PeriodSpan period) => Owner.Account + ":" + period.Name;

    /// <summary>Such as <c>the monthly budget of the team alpha</c>.</summary>
    public override string ToString() => $"the {(Period.Kind switch
    {
        PeriodKind.Day => "daily ",
        PeriodKind.Week => "weekly ",
        PeriodKind.Month => "monthly ",
        _ => "",
    })}budget of {Owner}";
}
