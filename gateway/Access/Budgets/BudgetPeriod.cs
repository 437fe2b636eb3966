using System.Globalization;

namespace Dragoman.Access.Budgets;

/// <summary>Divides the time into the periods of a budget: the days, weeks or months of a time zone.</summary>
/// <param name="kind">How long a period is.</param>
/// <param name="zone">Where its midnight is. A day in which clocks change has 23 or 25 hours there.</param>
public sealed class BudgetPeriod(PeriodKind kind, TimeZoneInfo zone)
{
    /// <summary>The only period of a budget that never begins anew.</summary>
    public static readonly BudgetPeriod Total = new(PeriodKind.Total, TimeZoneInfo.Utc);

    /// <summary>The longest <see cref="PeriodSpan.Name"/>, in characters.</summary>
    internal const int LongestName = 16;

    /// <summary>The distance from a date's midnight in UTC within which every zone has begun that date.</summary>
    private static readonly TimeSpan FarthestMidnight = TimeSpan.FromHours(40);

    /// <summary>How long a period is.</summary>
    public PeriodKind Kind => kind;

    /// <summary>Where its midnight is.</summary>
    public TimeZoneInfo Zone => zone;

    /// <summary>The period that a moment belongs to.</summary>
    public PeriodSpan At(DateTimeOffset moment)
    {
        if (kind == PeriodKind.Total)
            return new(NameOf(kind), DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        var first = FirstDay(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, zone).DateTime));
        var start = MidnightOf(first);
        var next = NextDay(first);
        var end = MidnightOf(next);
        // Where clocks go back over midnight, a date comes twice. It began when it came first.
        while (end <= moment)
        {
            (first, start) = (next, end);
            next = NextDay(first);
            end = MidnightOf(next);
        }

        return new(NameOf(first), start, end);
    }

    /// <summary>The name of a kind, as users write it.</summary>
    public static string NameOf(PeriodKind kind) => kind switch
    {
        PeriodKind.Day => "day",
        PeriodKind.Week => "week",
        PeriodKind.Month => "month",
        _ => "total",
    };

    private DateOnly FirstDay(DateOnly date) => kind switch
    {
        PeriodKind.Week => date.AddDays(-(((int)date.DayOfWeek + 6) % 7)),
        PeriodKind.Month => new(date.Year, date.Month, 1),
        _ => date,
    };

    private DateOnly NextDay(DateOnly first) => kind switch
    {
        PeriodKind.Week => first.AddDays(7),
        PeriodKind.Month => first.AddMonths(1),
        _ => first.AddDays(1),
    };

    private string NameOf(DateOnly first) => $"{NameOf(kind)}:{first.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";

    /// <summary>The first moment of a date in the zone.</summary>
    private DateTimeOffset MidnightOf(DateOnly date)
    {
        var local = date.ToDateTime(TimeOnly.MinValue);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        var midnight = new DateTimeOffset(local.Ticks - offset.Ticks, TimeSpan.Zero);
        return HasBegun(date, midnight) && !HasBegun(date, midnight.AddTicks(-1)) ? midnight : FirstMomentOf(date);
    }

    /// <summary>Searches for the first moment of a date that has no midnight, because clocks go forward over it.</summary>
    private DateTimeOffset FirstMomentOf(DateOnly date)
    {
        var middle = new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var (before, after) = ((middle - FarthestMidnight).Ticks, (middle + FarthestMidnight).Ticks);
        while (after - before > 1)
        {
            var between = before + ((after - before) / 2);
            if (HasBegun(date, new(between, TimeSpan.Zero)))
                after = between;
            else
                before = between;
        }

        return new(after, TimeSpan.Zero);
    }

    private bool HasBegun(DateOnly date, DateTimeOffset moment) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, zone).DateTime) >= date;
}
