using Dragoman.Stores.Ledger;

namespace Dragoman.Administration;

/// <summary>The names of what usage is grouped by, and of its sums: as parameters, members of JSON and titles of columns.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsMoney">Whether it is an amount of picodollars, which is shown in dollars.</param>
/// <param name="ValueOf">Its value.</param>
internal sealed record UsageMember(string Name, bool IsMoney, Func<UsageSums, decimal> ValueOf)
{
    public static IReadOnlyList<UsageMember> All { get; } =
    [
        new("requests", false, sums => sums.Requests),
        new("failed", false, sums => sums.Failed),
        new("cost", true, sums => sums.Cost),
        new("unpriced", false, sums => sums.Unpriced),
        new("adjustments", true, sums => sums.Adjustments),
        new("inputTokens", false, sums => sums.InputTokens),
        new("cacheReadTokens", false, sums => sums.CacheReadTokens),
        new("cacheWriteTokens", false, sums => sums.CacheWriteTokens),
        new("outputTokens", false, sums => sums.OutputTokens),
        new("reasoningTokens", false, sums => sums.ReasoningTokens),
        new("milliseconds", false, sums => sums.Milliseconds),
        new("longestMilliseconds", false, sums => sums.LongestMilliseconds),
    ];

    public static string NameOf(UsageDimension dimension) => dimension switch
    {
        UsageDimension.Team => "team",
        UsageDimension.Key => "key",
        UsageDimension.User => "user",
        UsageDimension.Model => "model",
        UsageDimension.Provider => "provider",
        UsageDimension.Dialect => "dialect",
        UsageDimension.Status => "status",
        UsageDimension.Outcome => "outcome",
        UsageDimension.Origin => "origin",
        _ => "tag",
    };

    public static UsageDimension? Find(string name)
    {
        foreach (var dimension in Enum.GetValues<UsageDimension>())
        {
            if (NameOf(dimension) == name)
                return dimension;
        }

        return null;
    }

    /// <summary>The value as it is shown: money in dollars.</summary>
    public decimal Shown(UsageSums sums) => IsMoney ? Configuration.Picodollars.Shortest(ValueOf(sums) / Configuration.Picodollars.InDollar) : ValueOf(sums);
}
