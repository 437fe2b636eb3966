using Dragoman.Access.Budgets;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Access.Budgets;

public sealed class BudgetPeriodTests
{
    [Theory]
    [InlineData(PeriodKind.Day, "Europe/Berlin", "2026-11-30T13:00:00Z", "day:2026-11-30", "2026-11-29T23:00:00Z", "2026-11-30T23:00:00Z")]
    [InlineData(PeriodKind.Day, "Europe/Berlin", "2026-11-30T23:00:00Z", "day:2026-12-01", "2026-11-30T23:00:00Z", "2026-12-01T23:00:00Z")]
    [InlineData(PeriodKind.Day, "Europe/Berlin", "2026-11-30T22:59:59Z", "day:2026-11-30", "2026-11-29T23:00:00Z", "2026-11-30T23:00:00Z")]
    [InlineData(PeriodKind.Week, "Europe/Berlin", "2026-11-29T13:00:00Z", "week:2026-11-23", "2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z")]
    [InlineData(PeriodKind.Week, "UTC", "2026-11-30T00:00:00Z", "week:2026-11-30", "2026-11-30T00:00:00Z", "2026-12-07T00:00:00Z")]
    [InlineData(PeriodKind.Week, "UTC", "2027-01-03T23:59:59Z", "week:2026-12-28", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z")]
    [InlineData(PeriodKind.Month, "Asia/Tokyo", "2026-11-30T15:00:00Z", "month:2026-12-01", "2026-11-30T15:00:00Z", "2026-12-31T15:00:00Z")]
    [InlineData(PeriodKind.Month, "America/New_York", "2024-02-29T12:00:00Z", "month:2024-02-01", "2024-02-01T05:00:00Z", "2024-03-01T05:00:00Z")]
    [InlineData(PeriodKind.Month, "America/New_York", "2026-03-20T12:00:00Z", "month:2026-03-01", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z")]
    // Clocks go forward: 23 hours; they go back: 25 hours.
    [InlineData(PeriodKind.Day, "Europe/Berlin", "2026-03-29T12:00:00Z", "day:2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData(PeriodKind.Day, "Europe/Berlin", "2026-10-25T12:00:00Z", "day:2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]
    // This day begins at 1:00, because clocks go forward at midnight.
    [InlineData(PeriodKind.Day, "America/Sao_Paulo", "2018-11-04T12:00:00Z", "day:2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z")]
    // Midnight comes twice, because clocks go back at 1:00.
    [InlineData(PeriodKind.Day, "America/Havana", "2023-11-05T04:30:00Z", "day:2023-11-05", "2023-11-05T04:00:00Z", "2023-11-06T05:00:00Z")]
    [InlineData(PeriodKind.Day, "America/Havana", "2023-11-05T05:30:00Z", "day:2023-11-05", "2023-11-05T04:00:00Z", "2023-11-06T05:00:00Z")]
    // This day begins twice, because clocks go back over its midnight at 0:01. It began at its first midnight.
    [InlineData(PeriodKind.Day, "America/Moncton", "2006-10-29T03:00:00Z", "day:2006-10-29", "2006-10-29T03:00:00Z", "2006-10-30T04:00:00Z")]
    [InlineData(PeriodKind.Day, "America/Moncton", "2006-10-29T03:30:00Z", "day:2006-10-29", "2006-10-29T03:00:00Z", "2006-10-30T04:00:00Z")]
    [InlineData(PeriodKind.Day, "America/Moncton", "2006-10-29T02:59:59Z", "day:2006-10-28", "2006-10-28T03:00:00Z", "2006-10-29T03:00:00Z")]
    // Samoa had no 30 December 2011.
    [InlineData(PeriodKind.Day, "Pacific/Apia", "2011-12-30T10:00:00Z", "day:2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z")]
    [InlineData(PeriodKind.Day, "Pacific/Apia", "2011-12-30T09:59:59Z", "day:2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z")]
    public void A_moment_belongs_to_a_period_of_its_zone(PeriodKind kind, string zone, string moment, string name, string start, string end) => Assert.Equal(
        new PeriodSpan(name, DateTimeOffset.Parse(start), DateTimeOffset.Parse(end)),
        new BudgetPeriod(kind, TimeZoneInfo.FindSystemTimeZoneById(zone)).At(DateTimeOffset.Parse(moment)));

    [Fact]
    public void A_total_has_one_period() =>
        Assert.Equal(new PeriodSpan("total", DateTimeOffset.MinValue, DateTimeOffset.MaxValue), BudgetPeriod.Total.At(DateTimeOffset.Parse("2026-11-30T00:00:00Z")));

    /// <summary>Every moment is in one period: periods follow each other without a gap, and all moments of one have the same answer.</summary>
    [Fact]
    public void Periods_cover_the_time()
    {
        var zones = TimeZoneInfo.GetSystemTimeZones();
        var cases =
            from zone in Gen.Elements<TimeZoneInfo>(zones)
            from kind in Gen.Elements(PeriodKind.Day, PeriodKind.Week, PeriodKind.Month)
            from minutes in Gen.Choose(0, 70 * 365 * 24 * 60)
            select (zone, kind, moment: new DateTimeOffset(1970, 1, 8, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes));
        Generated.Check(cases, Generated.Cases(3000), each =>
        {
            var period = new BudgetPeriod(each.kind, each.zone);
            var span = period.At(each.moment);
            Assert.InRange(each.moment, span.Start, span.End.AddTicks(-1));
            Assert.InRange(span.Name.Length, 1, BudgetPeriod.LongestName);
            Assert.Equal(span, period.At(span.Start));
            Assert.Equal(span, period.At(span.End.AddTicks(-1)));
            Assert.Equal(span.Start, period.At(span.Start.AddTicks(-1)).End);
            Assert.Equal(span.End, period.At(span.End).Start);
            Assert.NotEqual(span.Name, period.At(span.End).Name);
        });
    }
}
