using System.Globalization;
using System.Text;

namespace Dragoman.Stores.Ledger;

/// <summary>What every ledger store accepts: what Azure Table Storage can write in one transaction of 100 rows and 4 MiB (specs/stores.md 1).</summary>
public static class LedgerLimits
{
    /// <summary>Accounts in one call to any store, and in one batch for Azure Table Storage. Each is two rows: its own and that of the lease.</summary>
    public const int MostAccounts = 30;

    /// <summary>Accounts in one batch for a database with larger transactions: the users of a busy process, so that it needs few batches.</summary>
    public const int MostAccountsOfDatabase = 400;

    /// <summary>Entries in one batch.</summary>
    public const int MostEntries = 1000;

    /// <summary>Accounts that one entry is settled in.</summary>
    public const int MostAccountsOfEntry = 24;

    /// <summary>The greatest limit and the greatest amount: the sum of two is no overflow. In picodollars it is 4 million US dollars.</summary>
    public const long MostAmount = 4_000_000_000_000_000_000;

    /// <summary>UTF-8 bytes of the name of a process. As hexadecimal digits, before those of an account, it is a key in Azure Table Storage of up to 512 characters: 1 KiB in UTF-16.</summary>
    public const int LongestProcess = 48;

    /// <summary>UTF-8 bytes of all texts of an entry together, without its accounts. 1000 entries of texts that cannot be compressed fit into one transaction.</summary>
    public const int LargestEntry = 1536;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The entries that a process writes are checked when they are made, so that one of them does not spoil a whole batch.</summary>
    /// <exception cref="ArgumentException">The entry is outside the limits.</exception>
    public static void Check(LedgerEntry entry)
    {
        StoreLimits.CheckId(entry.RequestId);
        if (entry.Accounts.Count > MostAccountsOfEntry)
            throw Outside($"An entry has at most {MostAccountsOfEntry} accounts, not {entry.Accounts.Count}.");
        foreach (var account in entry.Accounts)
            StoreLimits.CheckId(account);
        CheckDistinct(entry.Accounts, "An entry");
        if (entry.Cost is { } cost)
            CheckAmount(cost, "The cost of an entry");
        if (long.Min(entry.InputTokens, long.Min(entry.CacheReadTokens, entry.CacheWriteTokens)) < 0 || long.Min(entry.OutputTokens, entry.ReasoningTokens) < 0 || entry.Milliseconds < 0 || entry.Attempt < 0)
            throw Outside($"The counts of an entry are at least 0. Those of request {entry.RequestId} are not.");

        var bytes = BytesOf(entry.RequestId) + BytesOf(entry.Team) + BytesOf(entry.Key) + BytesOf(entry.User) + BytesOf(entry.Model) + BytesOf(entry.Provider)
            + BytesOf(entry.Target) + BytesOf(entry.Dialect) + BytesOf(entry.Outcome) + BytesOf(entry.Origin);
        foreach (var (name, value) in entry.Tags)
            bytes += BytesOf(name) + BytesOf(value);
        if (bytes > LargestEntry)
            throw Outside($"The texts of an entry have at most {LargestEntry} bytes in UTF-8. Those of request {entry.RequestId} have {bytes}.");
    }

    /// <param name="batch">The batch.</param>
    /// <param name="mostAccounts">What the store accepts.</param>
    internal static void Check(LedgerBatch batch, int mostAccounts = MostAccounts)
    {
        CheckProcess(batch.Process);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch.Number, 1, nameof(batch));
        if (batch.Entries.Count > MostEntries)
            throw Outside($"A batch has at most {MostEntries} entries, not {batch.Entries.Count}.");
        CheckAccounts([.. batch.Accounts.Select(account => account.Account)], mostAccounts);
        var settled = new Dictionary<string, Int128>();
        foreach (var account in batch.Accounts)
        {
            CheckAmount(account.Limit, "A limit");
            CheckAmount(account.Settled, "A settled amount");
            CheckAmount(account.Wanted, "A wanted lease");
            settled[account.Account] = account.Settled;
        }

        foreach (var entry in batch.Entries)
        {
            Check(entry);
            foreach (var account in entry.Accounts)
            {
                if (!settled.TryGetValue(account, out var rest))
                    throw Outside($"The entry of request {entry.RequestId} is settled in {account}, which is not an account of the batch.");
                settled[account] = rest - (entry.Cost ?? 0);
            }
        }

        // Otherwise the sum of the entries would not be what the account says.
        foreach (var (account, rest) in settled)
        {
            if (rest != 0)
                throw Outside($"What a batch settles in {account} differs from the sum of its entries by {rest.ToString(CultureInfo.InvariantCulture)}.");
        }
    }

    internal static void Check(LedgerCorrection correction)
    {
        StoreLimits.CheckId(correction.OperationId);
        StoreLimits.CheckId(correction.Account);
        if (correction.Amount is < -MostAmount or > MostAmount)
            throw Outside($"A correction is from -{MostAmount} to {MostAmount}, not {correction.Amount}.");
        if (BytesOf(correction.Reason) > LargestEntry)
            throw Outside($"The reason for a correction has at most {LargestEntry} bytes in UTF-8.");
    }

    internal static void CheckAccounts(IReadOnlyList<string> accounts, int most = MostAccounts)
    {
        if (accounts.Count > most)
            throw Outside($"A call has at most {most} accounts, not {accounts.Count}.");
        foreach (var account in accounts)
            StoreLimits.CheckId(account);
        CheckDistinct(accounts, "A call");
    }

    internal static void CheckList(string prefix, string? after, int take)
    {
        if (prefix.Length > 0)
            StoreLimits.CheckId(prefix);
        if (!string.IsNullOrEmpty(after))
            StoreLimits.CheckId(after);
        StoreLimits.CheckPage(0, take);
    }

    /// <exception cref="ArgumentException">The batch is neither the next one nor an earlier one.</exception>
    internal static void CheckNext(LedgerBatch batch, long applied)
    {
        if (batch.Number != applied + 1)
            throw Outside($"Batch {batch.Number} of process {batch.Process} does not follow batch {applied}, which is the last one that the ledger has.");
    }

    /// <summary>A violation is a defect of this code, which nothing may be written after.</summary>
    /// <exception cref="LedgerInvariantException">The account would have more than its ceiling, or less than nothing.</exception>
    internal static void CheckInvariant(AccountState before, AccountState after)
    {
        // What is there already may exceed a limit that was lowered.
        var ceiling = long.Max(after.Limit, before.Leased + before.Settled);
        if (after is { Leased: >= 0, Settled: >= 0, Excess: >= 0, Assumed: >= 0 } && after.Assumed <= after.Settled && after.Leased <= ceiling - after.Settled)
            return;
        throw new LedgerInvariantException($"Account {after.Account} of the ledger would have {after.Leased} leased and {after.Settled} settled, of at most {ceiling}.");
    }

    private static void CheckProcess(string process)
    {
        StoreLimits.CheckId(process);
        if (BytesOf(process) > LongestProcess)
            throw Outside($"The name of a process has at most {LongestProcess} bytes in UTF-8.");
    }

    private static void CheckAmount(long amount, string what)
    {
        if (amount is < 0 or > MostAmount)
            throw Outside($"{what} is from 0 to {MostAmount}, not {amount}.");
    }

    private static void CheckDistinct(IReadOnlyList<string> accounts, string what)
    {
        if (accounts.Count > 1 && accounts.Distinct().Count() < accounts.Count)
            throw Outside($"{what} has each account once.");
    }

    /// <summary>A store keeps any text but U+0000 and half of a surrogate pair, which PostgreSQL and UTF-8 do not have.</summary>
    private static int BytesOf(string? text)
    {
        if (text is null)
            return 0;
        if (text.Contains('\0'))
            throw Outside("A text of the ledger does not contain U+0000.");
        try
        {
            return Utf8.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            throw Outside("A text of the ledger has no surrogate without its other half.");
        }
    }

    private static ArgumentException Outside(string message) => new(message);
}
