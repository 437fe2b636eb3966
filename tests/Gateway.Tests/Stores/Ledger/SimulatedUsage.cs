using System.Globalization;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

/// <summary>Adds up entries one by one, without the code of the stores.</summary>
internal static class SimulatedUsage
{
    public static IReadOnlyList<UsageGroup> Of(UsageQuery query, IEnumerable<LedgerEntry> entries, IEnumerable<(DateTimeOffset At, long Applied)> corrections)
    {
        var groups = new SortedDictionary<string, (DateTimeOffset? Start, string?[] Values, UsageSums Sums)>(SimulatedLedger.Utf8Order);
        foreach (var entry in entries)
        {
            var isLease = entry.RequestId.StartsWith("assumed:", StringComparison.Ordinal);
            var sums = isLease
                ? UsageSums.None with { Adjustments = entry.Cost ?? 0 }
                : new UsageSums(
                    1, entry.Outcome == "failed" ? 1 : 0, entry.Cost is null ? 1 : 0, entry.Cost ?? 0, 0, Most(entry.InputTokens), Most(entry.CacheReadTokens), Most(entry.CacheWriteTokens),
                    Most(entry.OutputTokens), Most(entry.ReasoningTokens), Most(entry.Milliseconds), Most(entry.Milliseconds));
            string?[] tags = query.By.Contains(UsageDimension.Tag) || query.Where.ContainsKey(UsageDimension.Tag) ? [.. entry.Tags.Select(tag => $"{tag.Key}={tag.Value}")] : [null];
            foreach (var tag in tags)
            {
                Add(entry.At, dimension => dimension switch
                {
                    UsageDimension.Tag => tag,
                    UsageDimension.Origin => entry.Origin,
                    _ when isLease => null,
                    UsageDimension.Team => entry.Team,
                    UsageDimension.Key => entry.Key,
                    UsageDimension.User => entry.User,
                    UsageDimension.Model => entry.Model,
                    UsageDimension.Provider => entry.Provider,
                    UsageDimension.Dialect => entry.Dialect,
                    UsageDimension.Status => entry.Status.ToString(CultureInfo.InvariantCulture),
                    _ => entry.Outcome,
                }, sums);
            }
        }

        if (!query.By.Contains(UsageDimension.Tag) && !query.Where.ContainsKey(UsageDimension.Tag))
        {
            foreach (var (at, applied) in corrections)
                Add(at, dimension => dimension == UsageDimension.Origin ? "correction" : null, UsageSums.None with { Adjustments = applied });
        }

        return [.. groups.Values.Select(group => new UsageGroup(group.Start, group.Values, group.Sums))];

        void Add(DateTimeOffset at, Func<UsageDimension, string?> valueOf, UsageSums sums)
        {
            if (at < query.From || at >= query.To || !query.Where.All(each => Matches(each.Key, valueOf(each.Key), each.Value)))
                return;
            var time = at.UtcDateTime;
            DateTimeOffset? start = query.Span switch
            {
                UsageSpan.Hour => new(time.Year, time.Month, time.Day, time.Hour, 0, 0, TimeSpan.Zero),
                UsageSpan.Day => new(time.Year, time.Month, time.Day, 0, 0, 0, TimeSpan.Zero),
                UsageSpan.Month => new(time.Year, time.Month, 1, 0, 0, 0, TimeSpan.Zero),
                _ => null,
            };
            string?[] values = [.. query.By.Select(valueOf)];
            var key = $"{start:yyyyMMddHH}\u0001{string.Join('\u0001', values)}";
            groups[key] = (start, values, groups.TryGetValue(key, out var before) ? before.Sums + sums : sums);
        }
    }

    private static long Most(long count) => Math.Min(count, 1_000_000_000_000);

    private static bool Matches(UsageDimension dimension, string? value, string wanted) =>
        dimension == UsageDimension.Tag && !wanted.Contains('=') ? value?.StartsWith(wanted + "=", StringComparison.Ordinal) == true : (value ?? "") == wanted;
}
