using System.Text;
using Npgsql;
using static Dragoman.Stores.PostgresDatabase;

namespace Dragoman.Stores.Ledger;

/// <summary>What was used, in the PostgreSQL database of a ledger.</summary>
/// <remarks>
/// The rows of one hour and one day are the same for all processes, and a row is locked until its writer commits. So each process writes to
/// one of several shards, which a question adds up. A batch locks its rows before its accounts. Those who have
/// locked accounts already write to another shard, so that no two wait for each other.
/// <para>PostgreSQL compiles the statements if it expects many rows, which it does for tags, and that takes ten times as long as to run them.
/// So everybody who uses the roll-ups turns it off (<c>jit</c>).</para>
/// </remarks>
internal static class PostgresUsage
{
    /// <summary>The shard of those who have locked accounts before.</summary>
    public const int LateShard = Shards;

    private const int Shards = 32;

    private static readonly string Late = $"{LateShard}";

    public static async Task<IReadOnlyList<UsageGroup>> AskAsync(PostgresDatabase database, UsageQuery query, CancellationToken cancellation)
    {
        query.Check();
        return UsageQuery.Checked(await database.ReadAsync(async (connection, ending) =>
        {
            var (text, parameters) = UsageSql.Postgres.Ask(query);
            await using var batch = new NpgsqlBatch(connection);
            PostgresDatabase.Add(batch, "SELECT schema, set_config('jit', 'off', true) FROM dragoman.store");
            PostgresDatabase.Add(batch, text, [.. parameters.Select(parameter => parameter is long number ? (NpgsqlParameter)Value(number) : Value((string)parameter))]);
            await using var reader = await batch.ExecuteReaderAsync(ending).ConfigureAwait(false);
            await reader.ReadAsync(ending).ConfigureAwait(false);
            StoreSchemaException.Check(database.Name, reader.GetInt64(0));
            await reader.NextResultAsync(ending).ConfigureAwait(false);
            var groups = new List<UsageGroup>();
            while (await reader.ReadAsync(ending).ConfigureAwait(false))
                groups.Add(UsageSql.Read(reader, query));
            return groups;
        }, cancellation).ConfigureAwait(false));
    }

    /// <summary>The shard of a process: the same in each of its batches.</summary>
    public static int ShardOf(string process)
    {
        var sum = 0u;
        foreach (var letter in Encoding.UTF8.GetBytes(process))
            sum = (sum * 31) + letter;
        return (int)(sum % Shards);
    }

    /// <summary>The rest of a statement whose part <paramref name="source"/> are entries: it adds them to the roll-ups and returns nothing.</summary>
    public static string Add(string source, string shard, bool hasTags)
    {
        var statements = UsageSql.Postgres.AddSums("SELECT * FROM sums", $"{shard}::integer", hasTags);
        return $"sums AS ({UsageSql.Postgres.Sum(source)}), {string.Join(", ", statements.SkipLast(1).Select((statement, index) => $"part{index} AS ({statement})"))} {statements[^1]}";
    }

    /// <summary>Adds a correction, after its row is written, by one who has locked its account.</summary>
    public static void AddCorrection(NpgsqlBatch batch, string operation)
    {
        foreach (var statement in UsageSql.Postgres.AddCorrections("dragoman.ledger_corrections WHERE operation = $1", Late))
            PostgresDatabase.Add(batch, statement, Value(operation));
    }
}
