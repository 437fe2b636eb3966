namespace Dragoman.Stores.Ledger;

/// <summary>What a store keeps of entries that were removed: one correction for each account, with the sum of their costs.</summary>
internal static class TrimmedEntries
{
    /// <summary>The operation of the correction is this and the account.</summary>
    public const string Operation = "trimmed:";

    public const string Reason = "the sum of entries that were removed because of their age";
}
