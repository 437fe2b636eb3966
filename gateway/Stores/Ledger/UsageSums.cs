namespace Dragoman.Stores.Ledger;

/// <summary>What several requests have used together.</summary>
/// <param name="Requests">How many there were.</param>
/// <param name="Failed">How many of them failed.</param>
/// <param name="Unpriced">How many of them have an unknown cost.</param>
/// <param name="Cost">The cost of the others. It may be more than a <see langword="long"/> holds.</param>
/// <param name="Adjustments">
/// What was corrected, and what is assumed of leases, which belongs to no request. An account has its own, so that
/// what was assumed for one request in two accounts is here twice.
/// </param>
/// <param name="InputTokens">As <see cref="LedgerEntry.InputTokens"/>.</param>
/// <param name="CacheReadTokens">As <see cref="LedgerEntry.CacheReadTokens"/>.</param>
/// <param name="CacheWriteTokens">As <see cref="LedgerEntry.CacheWriteTokens"/>.</param>
/// <param name="OutputTokens">As <see cref="LedgerEntry.OutputTokens"/>.</param>
/// <param name="ReasoningTokens">As <see cref="LedgerEntry.ReasoningTokens"/>.</param>
/// <param name="Milliseconds">The durations of all requests together.</param>
/// <param name="LongestMilliseconds">The duration of the longest one.</param>
public sealed record UsageSums(
    long Requests,
    long Failed,
    long Unpriced,
    decimal Cost,
    decimal Adjustments,
    long InputTokens,
    long CacheReadTokens,
    long CacheWriteTokens,
    long OutputTokens,
    long ReasoningTokens,
    long Milliseconds,
    long LongestMilliseconds)
{
    /// <summary>The most that one entry counts for tokens and milliseconds: no real one has more, and sums of 9 million entries do not overflow.</summary>
    internal const long MostOfEntry = 1_000_000_000_000;

    /// <summary>Nothing was used.</summary>
    public static UsageSums None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    public static UsageSums operator +(UsageSums left, UsageSums right) => new(
        left.Requests + right.Requests,
        left.Failed + right.Failed,
        left.Unpriced + right.Unpriced,
        left.Cost + right.Cost,
        left.Adjustments + right.Adjustments,
        left.InputTokens + right.InputTokens,
        left.CacheReadTokens + right.CacheReadTokens,
        left.CacheWriteTokens + right.CacheWriteTokens,
        left.OutputTokens + right.OutputTokens,
        left.ReasoningTokens + right.ReasoningTokens,
        left.Milliseconds + right.Milliseconds,
        long.Max(left.LongestMilliseconds, right.LongestMilliseconds));

    internal static UsageSums Of(LedgerEntry entry) => BatchUpdate.IsOfLease(entry)
        ? OfAdjustment(entry.Cost ?? 0)
        : new(
            1,
            entry.Outcome == "failed" ? 1 : 0,
            entry.Cost is null ? 1 : 0,
            entry.Cost ?? 0,
            0,
            long.Min(entry.InputTokens, MostOfEntry),
            long.Min(entry.CacheReadTokens, MostOfEntry),
            long.Min(entry.CacheWriteTokens, MostOfEntry),
            long.Min(entry.OutputTokens, MostOfEntry),
            long.Min(entry.ReasoningTokens, MostOfEntry),
            long.Min(entry.Milliseconds, MostOfEntry),
            long.Min(entry.Milliseconds, MostOfEntry));

    internal static UsageSums OfAdjustment(long amount) => None with { Adjustments = amount };
}
