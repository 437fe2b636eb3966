namespace Dragoman.Access.Budgets;

/// <summary>How a process keeps budgets.</summary>
/// <param name="Folder">Where its journal is, on a disk of this machine; null for none. Processes may share it.</param>
/// <param name="ServesWithoutStore">Whether requests run while the store does not answer and nothing is left of what was leased. Otherwise they are refused.</param>
public sealed record BudgetSettings(string? Folder, bool ServesWithoutStore = false)
{
    /// <summary>How long entries are kept; null for ever.</summary>
    public TimeSpan? EntriesKept { get; init; }

    /// <summary>The entries that are removed at once.</summary>
    public const int TrimmedAtOnce = 500;

    /// <summary>How long a request waits for money that another process may give back.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    /// <summary>How long the process waits for the store when it ends.</summary>
    public static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(5);

    /// <summary>How long a process holds its leases without renewing them.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);

    /// <summary>How long the ledger remembers a process that holds nothing. Otherwise each pause of some seconds would need a new name afterwards.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromDays(1);

    /// <summary>How much earlier the process stops to use them.</summary>
    public static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(5);

    /// <summary>How much later other processes assume them to be used. Their clocks may differ by this and <see cref="LeaseMargin"/>.</summary>
    public static readonly TimeSpan ExpiryGrace = TimeSpan.FromSeconds(10);
}
