using Dragoman.Access.Directory;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Access.Directory;

public sealed class ScopeBudgetsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly BudgetValues All = new(1, 1, 1, 1);

    [Fact]
    public void A_request_pays_from_the_budgets_of_its_own_tags_only()
    {
        var organization = new Organization { TagBudgets = Budgets(("project=x", new(Day: 5)), ("project=y", new(Day: 6)), ("cost=1", new(Total: 7))) };
        var team = new Team("web", Now) { Tags = Tags(("project", "x"), ("cost", "2")), TagBudgets = Budgets(("project=x", new(Total: 8)), ("project=y", new(Total: 9))) };
        var key = new TeamKey("k", "web", default, Now) { Tags = Tags(("project", "y")) };

        Assert.Equal(["tag:project=x:day:2026-01-02 5", "team:web:tag:project=x:total 8"], Accounts(organization, team, null));
        Assert.Equal(["tag:project=y:day:2026-01-02 6", "team:web:tag:project=y:total 9"], Accounts(organization, team, key));
        // Tags have upper and lower case, and a budget of one team is none of another.
        Assert.Empty(Accounts(organization, new Team("other", Now) { Tags = Tags(("project", "X")) }, null));
        Assert.Equal(["tag:cost=1:total 7"], Accounts(organization, new Team("other", Now) { Tags = Tags(("cost", "1")) }, null));
    }

    [Fact]
    public void No_request_has_more_budgets_than_an_entry_of_the_ledger_has_accounts()
    {
        var most = Budgets(("a=1", new(1, 1)), ("a=2", new(1)), ("b=1", new(Month: 1, Total: 1)));
        Assert.Equal(TaggedBudgets.Most, TaggedBudgets.MostOfRequest(most));
        Assert.Equal(TaggedBudgets.Most + 1, TaggedBudgets.MostOfRequest(Budgets([.. most.Select(each => (each.Key, each.Value)), ("c=1", new(1))])));
        var organization = new Organization { Budgets = All, TagBudgets = most };
        var team = new Team("web", Now) { Budgets = All, UserBudgets = All, TagBudgets = most, Tags = Tags(("a", "1"), ("b", "1")) };
        var key = new TeamKey("k", "web", default, Now) { Budgets = All };
        Assert.Equal(LedgerLimits.MostAccountsOfEntry, ScopeBudgets.Of(organization, team, "ann", null, key).Count);
    }

    private static IEnumerable<string> Accounts(Organization organization, Team team, TeamKey? key) =>
        ScopeBudgets.Of(organization, team, null, null, key).Select(budget => $"{budget.AccountAt(Now)} {budget.Limit}");

    private static Dictionary<string, BudgetValues> Budgets(params (string Label, BudgetValues Values)[] budgets) => budgets.ToDictionary(each => each.Label, each => each.Values);

    private static Dictionary<string, string> Tags(params (string Name, string Value)[] tags) => tags.ToDictionary(each => each.Name, each => each.Value);
}
