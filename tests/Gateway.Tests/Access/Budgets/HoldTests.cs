using Dragoman.Access.Budgets;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Access.Budgets;

public sealed class HoldTests
{
    private static readonly PeriodSpan Period = new("total", DateTimeOffset.MinValue, DateTimeOffset.MaxValue);

    /// <summary>Most requests have a few accounts, which need no array. One that has more is charged to all of them.</summary>
    [Fact]
    public void A_request_may_have_as_many_accounts_as_an_entry()
    {
        var lessee = new Lessee("p", null, new(new ManualTimeProvider()), LedgerLimits.MostAccounts);
        var accounts = Enumerable.Range(0, LedgerLimits.MostAccountsOfEntry).Select(index => new BudgetAccount(lessee, $"team:{index}:total", 1, Period, 0)).ToList();
        var hold = new Hold(null!, 0, new() { RequestId = "r", At = default, Model = "", Dialect = "", Outcome = "failed", Origin = "assumed" });
        foreach (var account in accounts)
        {
            Assert.False(hold.Has(account));
            hold.Add(account);
            Assert.True(hold.Has(account));
        }

        Assert.Equal(accounts, Enumerable.Range(0, hold.Count).Select(index => hold[index]));
        Assert.Equal(accounts.Select(account => account.Id), hold.AccountIds());
        hold.Clear();
        Assert.Empty(hold.AccountIds());
        Assert.False(hold.Has(accounts[^1]));
        hold.Add(accounts[^1]);
        Assert.Equal([accounts[^1].Id], hold.AccountIds());
    }
}
