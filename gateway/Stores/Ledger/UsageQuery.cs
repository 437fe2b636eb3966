using Dragoman.Locales;

namespace Dragoman.Stores.Ledger;

/// <summary>A question about usage.</summary>
/// <param name="From">The beginning, a whole hour in UTC.</param>
/// <param name="To">The end, which does not belong to it, a whole hour in UTC.</param>
public sealed record UsageQuery(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>The most groups of one answer.</summary>
    public const int MostGroups = 10_000;

    /// <summary>The spans of time of the groups.</summary>
    public UsageSpan Span { get; init; }

    /// <summary>What the groups have in common. With <see cref="UsageDimension.Tag"/>, a request is counted once for each of its tags.</summary>
    public IReadOnlyList<UsageDimension> By { get; init; } = [];

    /// <summary>What is counted: entries with these values. An empty text is for entries without one. A tag is <c>NAME=VALUE</c>, or <c>NAME</c> for any value.</summary>
    public IReadOnlyDictionary<UsageDimension, string> Where { get; init; } = new Dictionary<UsageDimension, string>();

    internal bool HasTag => By.Contains(UsageDimension.Tag) || Where.ContainsKey(UsageDimension.Tag);

    /// <summary>Whether days are fine enough.</summary>
    internal bool IsOfDays => Span != UsageSpan.Hour && IsWhole(From, TimeSpan.TicksPerDay) && IsWhole(To, TimeSpan.TicksPerDay);

    /// <exception cref="UsageRefusedException">No store answers it.</exception>
    internal void Check()
    {
        if (From >= To)
            throw new UsageRefusedException(UsageText.EndsBeforeItBegins);
        if (!IsWhole(From, TimeSpan.TicksPerHour) || !IsWhole(To, TimeSpan.TicksPerHour))
            throw new UsageRefusedException(UsageText.NoWholeHours);
        if (HasTag && !IsOfDays)
            throw new UsageRefusedException(UsageText.TagsByDays);
        if (By.Distinct().Count() < By.Count)
            throw new UsageRefusedException(UsageText.DimensionTwice);
    }

    /// <exception cref="UsageRefusedException">There are too many groups.</exception>
    internal static IReadOnlyList<UsageGroup> Checked(IReadOnlyList<UsageGroup> groups) => groups.Count <= MostGroups
        ? groups
        : throw new UsageRefusedException(UsageText.TooManyGroups(MostGroups));

    private static bool IsWhole(DateTimeOffset time, long ticks) => time.UtcTicks % ticks == 0;
}
