using Microsoft.Data.Sqlite;
using static Dragoman.Stores.SqliteFile;

namespace Dragoman.Stores.Ledger;

/// <summary>What was used, in the SQLite file of a ledger.</summary>
internal static class SqliteUsage
{
    /// <summary>A table that only the connection sees.</summary>
    private const string SumsOfBatch = "ledger_sums_of_batch";

    private static readonly string AddUp = $"CREATE TEMP TABLE {SumsOfBatch} AS {UsageSql.Sqlite.Sum("ledger_entries WHERE position > $after")}";

    public static async Task<IReadOnlyList<UsageGroup>> AskAsync(SqliteFile file, UsageQuery query, CancellationToken cancellation)
    {
        query.Check();
        return UsageQuery.Checked(await file.ReadAsync(connection =>
        {
            file.ReadVersion(connection, null);
            var (text, parameters) = UsageSql.Sqlite.Ask(query);
            using var command = Command(connection, null, text);
            for (var index = 0; index < parameters.Count; index++)
                command.Parameters.AddWithValue($"${index + 1}", parameters[index]);
            using var reader = command.ExecuteReader();
            var groups = new List<UsageGroup>();
            while (reader.Read())
                groups.Add(UsageSql.Read(reader, query));
            return groups;
        }, cancellation).ConfigureAwait(false));
    }

    /// <summary>The position of the last entry. Nobody else writes until the transaction ends.</summary>
    public static long LastPosition(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var command = Command(connection, transaction, "SELECT coalesce(max(position), 0) FROM ledger_entries");
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Adds the entries after a position to the roll-ups.</summary>
    public static void Add(SqliteConnection connection, SqliteTransaction transaction, long after, bool hasTags)
    {
        // Most entries of a batch have the same values. Their rows are read once, and their sums once for each roll-up.
        Run(connection, transaction, AddUp, ("$after", after));
        foreach (var statement in UsageSql.Sqlite.AddSums($"SELECT * FROM {SumsOfBatch}", "0", hasTags))
            Run(connection, transaction, statement);
        Run(connection, transaction, $"DROP TABLE temp.{SumsOfBatch}");
    }
}
