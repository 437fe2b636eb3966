namespace Dragoman.Stores.Ledger;

/// <summary>What was used in one span of time by those who have the same values.</summary>
/// <param name="Start">When the span begins, in UTC; null for all of the time that was asked for.</param>
/// <param name="Values">A value for each of <see cref="UsageQuery.By"/>; null for entries without one.</param>
/// <param name="Sums">What was used.</param>
public sealed record UsageGroup(DateTimeOffset? Start, IReadOnlyList<string?> Values, UsageSums Sums);
