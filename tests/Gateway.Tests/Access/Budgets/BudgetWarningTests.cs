using Dragoman.Access.Budgets;

namespace Dragoman.Gateway.Tests.Access.Budgets;

public sealed class BudgetWarningTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 17, 0, 0, TimeSpan.Zero);

    public static TheoryData<BudgetOwner, PeriodKind, long, string> Headers => new()
    {
        { BudgetOwner.OfTeam("web"), PeriodKind.Month, 839, "scope=team; id=web; period=month; used=83; resets=2026-12-01T00:00:00Z" },
        { BudgetOwner.OfOrganization(), PeriodKind.Total, 1000, "scope=organization; id=organization; period=total; used=100" },
        { BudgetOwner.OfUser("web/ann@x.org", "web"), PeriodKind.Day, 5000, "scope=user; id=web/ann@x.org; period=day; used=100; resets=2026-12-01T00:00:00Z" },
        { BudgetOwner.OfTag("project", "Ü; a=\"b\"%🙂", "web"), PeriodKind.Week, 0, "scope=tag; id=project=%C3%9C%3B%20a=%22b%22%25%F0%9F%99%82; team=web; period=week; used=0; resets=2026-12-07T00:00:00Z" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_header_names_the_budget_in_ascii(BudgetOwner owner, PeriodKind kind, long used, string header)
    {
        var budget = new BudgetScope(owner, 1000, new(kind, TimeZoneInfo.Utc), 0.5m);
        Assert.Equal(header, new BudgetWarning(budget, budget.Period.At(Now), used).ToHeader());
    }

    [Fact]
    public void A_budget_of_nothing_is_used_up() =>
        Assert.Equal(100, new BudgetWarning(new(BudgetOwner.OfTeam("web"), 0, BudgetPeriod.Total, 0.5m), BudgetPeriod.Total.At(Now), 0).Percent);
}
