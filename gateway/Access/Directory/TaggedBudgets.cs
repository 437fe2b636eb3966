using System.Collections.Frozen;
using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Directory;

/// <summary>The budgets of tags of one scope.</summary>
internal static class TaggedBudgets
{
    /// <summary>The budgets of tags that the organization, or a team, may have for one request. Organization, team, user and key have four each, and a request pays from no more accounts than an entry of the ledger has.</summary>
    public const int Most = (LedgerLimits.MostAccountsOfEntry - (4 * 4)) / 2;

    /// <summary>The budgets of a scope that has none.</summary>
    public static readonly IReadOnlyDictionary<string, BudgetValues> None = FrozenDictionary<string, BudgetValues>.Empty;

    /// <summary>How many of the budgets one request can need. It has one value of each name, so that of two values of a name only one counts.</summary>
    public static int MostOfRequest(IReadOnlyDictionary<string, BudgetValues> budgets) =>
        budgets.GroupBy(static each => TagLabel.Split(each.Key).Name, StringComparer.Ordinal).Sum(static name => name.Max(static each => each.Value.Count));
}
