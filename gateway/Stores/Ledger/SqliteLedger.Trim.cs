using System.Text.Json;
using static Dragoman.Stores.SqliteFile;

namespace Dragoman.Stores.Ledger;

/// <summary>Removes old entries.</summary>
public sealed partial class SqliteLedger
{
    private const string Oldest = "SELECT position FROM ledger_entries WHERE at < $before ORDER BY at, position LIMIT $take";

    public Task<int> TrimAsync(DateTimeOffset before, int take, CancellationToken cancellation = default) => file.WriteAsync((connection, transaction) =>
    {
        file.ReadVersion(connection, transaction);
        (string, object?)[] which = [("$before", before.ToUnixTimeMilliseconds()), ("$take", take)];
        var sums = new Dictionary<string, long>();
        var count = 0;
        using (var command = Command(connection, transaction, $"SELECT cost, accounts FROM ledger_entries WHERE position IN ({Oldest})", which))
        using (var reader = command.ExecuteReader())
        {
            for (; reader.Read(); count++)
            {
                if (reader.IsDBNull(0))
                    continue;
                foreach (var account in JsonSerializer.Deserialize(reader.GetString(1), LedgerJson.Compact.IReadOnlyListString)!)
                    sums[account] = sums.GetValueOrDefault(account) + reader.GetInt64(0);
            }
        }

        if (count == 0)
            return 0;
        Run(connection, transaction, $"DELETE FROM ledger_entries WHERE position IN ({Oldest})", which);
        foreach (var (account, sum) in sums)
        {
            Run(
                connection,
                transaction,
                """
                INSERT INTO ledger_corrections (operation, account, amount, applied, at, reason) VALUES ($operation, $account, $sum, $sum, $at, $reason)
                ON CONFLICT (operation) DO UPDATE SET amount = amount + $sum, applied = applied + $sum, at = $at
                """,
                ("$operation", TrimmedEntries.Operation + account), ("$account", account), ("$sum", sum), ("$at", before.ToUnixTimeMilliseconds()), ("$reason", TrimmedEntries.Reason));
        }

        transaction.Commit();
        return count;
    }, cancellation);
}
