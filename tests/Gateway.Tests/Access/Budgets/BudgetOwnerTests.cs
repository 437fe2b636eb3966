using Dragoman.Access.Budgets;
using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Access.Budgets;

public sealed class BudgetOwnerTests
{
    public static TheoryData<string, string> Tags => new()
    {
        { "project", "x" },
        { "project", "" },
        { "a:b/c.d_e-f", "x=y:total" },
        { "project", "Ünïcode 日本 🙂" },
        { new string('n', 64), new string('v', 256) },
        { new string('n', 64), string.Concat(Enumerable.Repeat("🙂", 128)) },
    };

    [Theory]
    [MemberData(nameof(Tags))]
    public void Every_tag_has_accounts_that_the_store_accepts(string name, string value)
    {
        foreach (var team in new[] { null, new string('t', 63) })
        {
            var owner = BudgetOwner.OfTag(name, value, team);
            Assert.Equal(($"{name}={value}", team), (owner.Id, owner.Team));
            foreach (var kind in Enum.GetValues<PeriodKind>())
                StoreLimits.CheckId(new BudgetScope(owner, 1, new(kind, TimeZoneInfo.Utc)).AccountAt(DateTimeOffset.UnixEpoch));
        }
    }

    [Fact]
    public void No_two_owners_share_an_account()
    {
        var longOne = new string('v', 256);
        BudgetOwner[] owners =
        [
            BudgetOwner.OfOrganization(), BudgetOwner.OfTeam("tag"), BudgetOwner.OfTeam("a"), BudgetOwner.OfUser("a/b", "a"), BudgetOwner.OfKey("a", "a"),
            .. from team in new[] { null, "a", "tag" }
               from tag in new[] { ("p", "x"), ("p", "x:day:2026-01-01"), ("p", "X"), ("p:x", ""), ("p", ""), ("p", longOne), ("p", longOne[1..] + "w"), ("a:tag:p", "x") }
               select BudgetOwner.OfTag(tag.Item1, tag.Item2, team),
        ];
        var accounts = from owner in owners from kind in Enum.GetValues<PeriodKind>() select new BudgetScope(owner, 1, new(kind, TimeZoneInfo.Utc)).AccountAt(DateTimeOffset.UnixEpoch);
        Assert.Equal(owners.Length * 4, accounts.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void People_read_whose_budget_it_is()
    {
        Assert.Equal("the organization", $"{BudgetOwner.OfOrganization()}");
        Assert.Equal("the team web", $"{BudgetOwner.OfTeam("web")}");
        Assert.Equal("the user web/ann", $"{BudgetOwner.OfUser("web/ann", "web")}");
        Assert.Equal("the tag project=x", $"{BudgetOwner.OfTag("project", "x", null)}");
        Assert.Equal("the daily budget of the tag project=x in the team web", $"{new BudgetScope(BudgetOwner.OfTag("project", "x", "web"), 1, new(PeriodKind.Day, TimeZoneInfo.Utc))}");
    }
}
