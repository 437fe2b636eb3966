namespace Dragoman.Stores.Ledger;

/// <summary>The spans of time, in UTC, that usage is grouped by.</summary>
public enum UsageSpan
{
    /// <summary>All of the time that was asked for.</summary>
    All,
    Hour,
    Day,
    Month,
}
