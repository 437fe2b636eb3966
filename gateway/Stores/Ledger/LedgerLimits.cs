namespace Dragoman.Stores.Ledger;

/// <summary>What every ledger store accepts: what Azure Table Storage can write in one transaction of 100 rows and 4 MiB (specs/stores.md 1).</summary>
public static class LedgerLimits
{
    /// <summary>Accounts in one batch. Each is two rows: its own and that of the lease.</summary>
    public const int MostAccounts = 30;

    /// <summary>Entries in one batch.</summary>
    public const int MostEntries = 1000;

    /// <summary>Accounts that one entry is settled in.</summary>
    public const int MostAccountsOfEntry = 20;

    /// <summary>The greatest limit and the greatest amount: the sum of two is no overflow. In picodollars it is 4 million US dollars.</summary>
    public const long MostAmount = 4_000_000_000_000_000_000;
}
