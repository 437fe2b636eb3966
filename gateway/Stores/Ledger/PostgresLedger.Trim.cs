using Npgsql;
using static Dragoman.Stores.PostgresDatabase;

namespace Dragoman.Stores.Ledger;

/// <summary>Removes old entries.</summary>
public sealed partial class PostgresLedger
{
    /// <summary>Others who remove entries at the same time take other ones.</summary>
    private const string Trimming = """
        WITH gone AS (
            DELETE FROM dragoman.ledger_entries
            WHERE position IN (SELECT position FROM dragoman.ledger_entries WHERE at < $1 ORDER BY at, position LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING cost, accounts),
        sums AS (
            INSERT INTO dragoman.ledger_corrections AS c (operation, account, amount, applied, at, reason)
            SELECT $3 || account, account, sum(cost)::bigint, sum(cost)::bigint, $1, $4 FROM gone, unnest(accounts) AS account WHERE cost IS NOT NULL GROUP BY account ORDER BY account
            ON CONFLICT (operation) DO UPDATE SET amount = c.amount + excluded.amount, applied = c.applied + excluded.applied, at = excluded.at)
        SELECT count(*)::integer FROM gone
        """;

    public async Task<int> TrimAsync(DateTimeOffset before, int take, CancellationToken cancellation = default) => await database.ReadAsync(async (connection, ending) =>
    {
        await using var command = new NpgsqlCommand(Trimming, connection)
        {
            Parameters = { Value(before.ToUnixTimeMilliseconds()), Value(take), Value(TrimmedEntries.Operation), Value(TrimmedEntries.Reason) },
        };
        return (int)(await command.ExecuteScalarAsync(ending).ConfigureAwait(false))!;
    }, cancellation).ConfigureAwait(false);
}
