using System.Data.Common;
using System.Text;
using Npgsql;
using static Dragoman.Stores.PostgresDatabase;

namespace Dragoman.Stores.Ledger;

/// <summary>A ledger in a PostgreSQL database, for many machines. Its tables are in the database's schema <c>dragoman</c>.</summary>
/// <remarks>
/// A batch locks the row of its process, writes its entries and then locks its accounts, in the order of their ids, so that no two transactions
/// wait for each other. An account is locked for two round trips. Batches that have no account in common do not wait for each other at all. Under the process's lock the batch looks at
/// the number of the last one: after an exception from COMMIT the first try may have been applied, or may still be running
/// (specs/stores.md 2), and then the lock makes a second try wait for it.
/// <para>Positions of entries come from a sequence, which gives them out before the commit. So writers hold a shared advisory lock from there to
/// their commit, and a reader takes the exclusive one for a moment: afterwards no position below the last one is still to come.</para>
/// </remarks>
public sealed partial class PostgresLedger : ILedgerStore
{
    private const string AccountColumns = "a.account, a.limit_amount, a.leased, a.settled, a.assumed, a.excess";

    /// <summary>The advisory lock of those who use positions. Any number that others are unlikely to use.</summary>
    private const long PositionLock = 0x6472_6167_6c65_6467;

    /// <summary>Before accounts are locked by one who writes entries later. A reader of positions would wait for others who wait for those accounts.</summary>
    private const string LockPositions = "SELECT pg_advisory_xact_lock_shared($1)";

    /// <summary>Rows that change often have room for their next versions on their own page, so that an update touches no index.</summary>
    private static readonly SchemaPart Tables = new(
        "ledger_accounts",
        """
        CREATE TABLE dragoman.ledger_accounts (
            account text COLLATE "C" PRIMARY KEY, limit_amount bigint NOT NULL, ceiling bigint NOT NULL, leased bigint NOT NULL, settled bigint NOT NULL,
            assumed bigint NOT NULL, excess bigint NOT NULL,
            CHECK (leased >= 0 AND settled >= 0 AND excess >= 0 AND assumed BETWEEN 0 AND settled AND leased + settled <= ceiling)) WITH (fillfactor = 50)
        """,
        """
        CREATE TABLE dragoman.ledger_processes (
            process text COLLATE "C" PRIMARY KEY, number bigint NOT NULL, until bigint NOT NULL, expired boolean NOT NULL, ended boolean NOT NULL) WITH (fillfactor = 50)
        """,
        "CREATE INDEX ledger_processes_alive ON dragoman.ledger_processes (process) WHERE NOT expired AND NOT ended",
        """
        CREATE TABLE dragoman.ledger_leases (
            process text COLLATE "C" NOT NULL, account text COLLATE "C" NOT NULL, amount bigint NOT NULL CHECK (amount >= 0), assumed bigint NOT NULL CHECK (assumed >= 0),
            PRIMARY KEY (process, account)) WITH (fillfactor = 50)
        """,
        """
        CREATE TABLE dragoman.ledger_entries (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, request_id text COLLATE "C" NOT NULL, attempt integer NOT NULL, at bigint NOT NULL,
            accounts text[] NOT NULL, cost bigint, team text, key_id text, user_id text, model text NOT NULL, provider text, target text, dialect text NOT NULL,
            status integer NOT NULL, outcome text NOT NULL, origin text NOT NULL, milliseconds bigint NOT NULL, input_tokens bigint NOT NULL,
            cache_read_tokens bigint NOT NULL, cache_write_tokens bigint NOT NULL, output_tokens bigint NOT NULL, reasoning_tokens bigint NOT NULL, tags text)
        """,
        "CREATE INDEX ledger_entries_by_request ON dragoman.ledger_entries (request_id)",
        "CREATE INDEX ledger_entries_by_time ON dragoman.ledger_entries (at)",
        """
        CREATE TABLE dragoman.ledger_corrections (
            operation text COLLATE "C" PRIMARY KEY, account text COLLATE "C" NOT NULL, amount bigint NOT NULL, applied bigint NOT NULL, at bigint NOT NULL, reason text NOT NULL)
        """,
        "CREATE INDEX ledger_corrections_by_account ON dragoman.ledger_corrections (account)");

    private static readonly string EntryReading = EntryColumns.All.Replace("accounts", "array_to_json(accounts)::text", StringComparison.Ordinal);

    private readonly PostgresDatabase database;

    /// <param name="connectionString">A connection string of Npgsql. The user needs the right to create tables in the schema <c>dragoman</c>, or to use those that are there.</param>
    /// <exception cref="ArgumentException">It is not a connection string.</exception>
    public PostgresLedger(string connectionString)
        : this(connectionString, StoreLimits.LongestCall)
    {
    }

    internal PostgresLedger(string connectionString, TimeSpan longestCall, Func<CancellationToken, ValueTask<string>>? password = null) =>
        database = new(connectionString, longestCall, password, Tables, UsageSql.Postgres.Table);

    public int MostAccounts => LedgerLimits.MostAccountsOfDatabase;

    public async Task<LedgerAnswer> ExchangeAsync(LedgerBatch batch, CancellationToken cancellation = default)
    {
        LedgerLimits.Check(batch, MostAccounts);
        return await database.CallAsync(async ending =>
        {
            while (true)
            {
                // Each on a connection of its own: one whose rollback failed is closed without an exception.
                await using (var connection = await database.OpenAsync(ending).ConfigureAwait(false))
                {
                    if (await TryExchangeAsync(connection, batch, ending).ConfigureAwait(false) is { } answer)
                        return answer;
                }

                await using (var connection = await database.OpenAsync(ending).ConfigureAwait(false))
                    await CreateAccountsAsync(connection, batch, ending).ConfigureAwait(false);
            }
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<AssumedLease>> ExpireAsync(DateTimeOffset before, CancellationToken cancellation = default) => await database.ReadAsync(async (connection, ending) =>
    {
        await database.ReadVersionAsync(connection, ending).ConfigureAwait(false);
        var time = before.ToUnixTimeMilliseconds();
        // Nearly always there is none, and then this is all.
        await using (var any = new NpgsqlCommand("SELECT EXISTS (SELECT FROM dragoman.ledger_processes WHERE NOT expired AND NOT ended AND until < $1)", connection) { Parameters = { Value(time) } })
        {
            if (await any.ExecuteScalarAsync(ending).ConfigureAwait(false) is not true)
                return new List<AssumedLease>();
        }

        await using var transaction = await connection.BeginTransactionAsync(ending).ConfigureAwait(false);
        var processes = await LockExpiredAsync(connection, time, ending).ConfigureAwait(false);
        var found = await LockLeasesAsync(connection, [.. processes.Keys], ending).ConfigureAwait(false);
        var states = new Dictionary<string, AccountState>();
        var leases = new List<(string Process, Holding Holding)>();
        var assumed = new List<AssumedLease>();
        var entries = new List<LedgerEntry>();
        foreach (var (process, holding) in found.OrderBy(each => each.Process, Utf8Order.Instance).ThenBy(each => each.Holding.State.Account, Utf8Order.Instance))
        {
            // Another process that expires may have had a lease of the same account.
            var account = holding.State.Account;
            var present = holding with { State = states.GetValueOrDefault(account, holding.State) };
            var after = present.Expire();
            states[account] = after.State;
            leases.Add((process, after));
            BatchUpdate.AddAssumed(entries, process, processes[process], present, after);
            assumed.Add(new(process, account, after.Assumed));
        }

        await using var batch = new NpgsqlBatch(connection);
        AddHoldings(batch, [.. states.Values], leases);
        Add(batch, "UPDATE dragoman.ledger_processes SET expired = true WHERE process = ANY($1)", Value(processes.Keys.ToArray()));
        AddEntries(batch, entries, PostgresUsage.LateShard);
        await batch.ExecuteNonQueryAsync(ending).ConfigureAwait(false);
        await transaction.CommitAsync(ending).ConfigureAwait(false);
        return assumed;
    }, cancellation).ConfigureAwait(false);

    public async Task<IReadOnlyList<AccountState>> ReadAsync(IReadOnlyList<string> accounts, CancellationToken cancellation = default)
    {
        LedgerLimits.CheckAccounts(accounts);
        return await database.ReadAsync(async (connection, ending) =>
        {
            await using var command = new NpgsqlCommand($"SELECT {AccountColumns} FROM dragoman.ledger_accounts a WHERE account = ANY($1)", connection) { Parameters = { Value(accounts.ToArray()) } };
            await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
            var found = new Dictionary<string, AccountState>();
            while (await reader.ReadAsync(ending).ConfigureAwait(false))
                found.Add(reader.GetString(0), StateOf(reader));
            return accounts.Where(found.ContainsKey).Select(account => found[account]).ToList();
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<AccountState>> ListAsync(string prefix, string? after, int take, CancellationToken cancellation = default)
    {
        LedgerLimits.CheckList(prefix, after, take);
        return await database.ReadAsync(async (connection, ending) =>
        {
            await using var command = new NpgsqlCommand($"SELECT {AccountColumns} FROM dragoman.ledger_accounts a WHERE account > $1 AND account >= $2 ORDER BY account LIMIT $3", connection)
            {
                Parameters = { Value(after ?? ""), Value(prefix), Value(take) },
            };
            await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
            var page = new List<AccountState>();
            // What begins with the prefix follows it, and nothing is in between.
            while (await reader.ReadAsync(ending).ConfigureAwait(false) && reader.GetString(0).StartsWith(prefix, StringComparison.Ordinal))
                page.Add(StateOf(reader));
            return page;
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<LeaseState>> LeasesAsync(CancellationToken cancellation = default) => await database.ReadAsync(async (connection, ending) =>
    {
        await using var command = new NpgsqlCommand("SELECT process, account, amount, assumed, until FROM dragoman.ledger_leases JOIN dragoman.ledger_processes USING (process) ORDER BY process, account", connection);
        await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
        var leases = new List<LeaseState>();
        while (await reader.ReadAsync(ending).ConfigureAwait(false))
            leases.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), Time(reader.GetInt64(4))));
        return leases;
    }, cancellation).ConfigureAwait(false);

    public async Task<AccountState?> CorrectAsync(LedgerCorrection correction, CancellationToken cancellation = default)
    {
        LedgerLimits.Check(correction);
        return await database.ReadAsync(async (connection, ending) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(ending).ConfigureAwait(false);
            AccountState? before = null;
            bool isRepeated;
            await using (var locking = new NpgsqlBatch(connection))
            {
                Add(locking, BeginLocking);
                Add(locking, $"SELECT {AccountColumns} FROM dragoman.ledger_accounts a WHERE account = $1 FOR UPDATE", Value(correction.Account));
                Add(locking, "SELECT EXISTS (SELECT FROM dragoman.ledger_corrections WHERE operation = $1)", Value(correction.OperationId));
                await using var reader = await locking.ExecuteReaderAsync(ending).ConfigureAwait(false);
                await CheckSchemaAsync(reader, ending).ConfigureAwait(false);
                if (await reader.ReadAsync(ending).ConfigureAwait(false))
                    before = StateOf(reader);
                await reader.NextResultAsync(ending).ConfigureAwait(false);
                await reader.ReadAsync(ending).ConfigureAwait(false);
                isRepeated = reader.GetBoolean(0);
            }

            if (before is null || isRepeated)
                return before;
            var after = Holding.Correct(before, correction.Amount);
            await using var batch = new NpgsqlBatch(connection);
            AddHoldings(batch, [after], []);
            Add(
                batch,
                "INSERT INTO dragoman.ledger_corrections (operation, account, amount, applied, at, reason) VALUES ($1, $2, $3, $4, $5, $6)",
                Value(correction.OperationId), Value(correction.Account), Value(correction.Amount), Value(after.Settled + after.Excess - before.Settled - before.Excess),
                Value(correction.At.ToUnixTimeMilliseconds()), Value(correction.Reason));
            PostgresUsage.AddCorrection(batch, correction.OperationId);
            await batch.ExecuteNonQueryAsync(ending).ConfigureAwait(false);
            await transaction.CommitAsync(ending).ConfigureAwait(false);
            return after;
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<StoredEntry>> EntriesAsync(string? after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckPage(0, take);
        var position = EntryPosition.Parse(after);
        return await database.ReadAsync(async (connection, ending) =>
        {
            var last = await LastPositionAsync(connection, ending).ConfigureAwait(false);
            await using var command = new NpgsqlCommand($"SELECT position, {EntryReading} FROM dragoman.ledger_entries WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3", connection)
            {
                Parameters = { Value(position), Value(last), Value(take) },
            };
            await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
            var page = new List<StoredEntry>();
            while (await reader.ReadAsync(ending).ConfigureAwait(false))
                page.Add(new(EntryPosition.Text(reader.GetInt64(0)), EntryColumns.Read(reader, 1)));
            return page;
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<LedgerEntry>> FindAsync(string requestId, CancellationToken cancellation = default)
    {
        StoreLimits.CheckId(requestId);
        return await database.ReadAsync(async (connection, ending) =>
        {
            await using var command = new NpgsqlCommand($"SELECT {EntryReading} FROM dragoman.ledger_entries WHERE request_id = $1 ORDER BY attempt, position", connection) { Parameters = { Value(requestId) } };
            await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
            var attempts = new List<LedgerEntry>();
            while (await reader.ReadAsync(ending).ConfigureAwait(false))
                attempts.Add(EntryColumns.Read(reader, 0));
            return attempts;
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<long> AddUpAsync(string account, CancellationToken cancellation = default)
    {
        StoreLimits.CheckId(account);
        var (sum, position, isEnd) = (0L, 0L, false);
        while (!isEnd)
        {
            var after = position;
            (var add, position, isEnd) = await database.ReadAsync(async (connection, ending) =>
            {
                await using var command = new NpgsqlCommand(
                    """
                    SELECT coalesce(sum(cost) FILTER (WHERE $1 = ANY(accounts)), 0)::bigint, coalesce(max(position), 0), count(*)
                    FROM (SELECT position, cost, accounts FROM dragoman.ledger_entries WHERE position > $2 ORDER BY position LIMIT $3) page
                    """,
                    connection)
                {
                    Parameters = { Value(account), Value(after), Value(EntryPosition.MostPerSum) },
                };
                await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
                await reader.ReadAsync(ending).ConfigureAwait(false);
                return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2) < EntryPosition.MostPerSum);
            }, cancellation).ConfigureAwait(false);
            sum += add;
        }

        return sum + await database.ReadAsync(async (connection, ending) =>
        {
            await using var command = new NpgsqlCommand("SELECT coalesce(sum(applied), 0)::bigint FROM dragoman.ledger_corrections WHERE account = $1", connection) { Parameters = { Value(account) } };
            return (long)(await command.ExecuteScalarAsync(ending).ConfigureAwait(false))!;
        }, cancellation).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<UsageGroup>> UsageAsync(UsageQuery query, CancellationToken cancellation = default) => PostgresUsage.AskAsync(database, query, cancellation);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    /// <returns>Null if an account must be created first. That is done in a transaction of its own, because its row is none that can be locked in order.</returns>
    private async Task<LedgerAnswer?> TryExchangeAsync(NpgsqlConnection connection, LedgerBatch batch, CancellationToken ending)
    {
        await using var transaction = await connection.BeginTransactionAsync(ending).ConfigureAwait(false);
        var process = await LockProcessAsync(connection, batch, ending).ConfigureAwait(false);
        if (batch.Number > process.Number)
            LedgerLimits.CheckNext(batch, process.Number);
        // Nearly always the entries are only those of the batch. Then they are written before others wait for the accounts.
        var isEarly = batch.Number > process.Number && !process.IsOver && !batch.IsLast;
        var found = await LockAccountsAsync(connection, batch, isEarly, ending).ConfigureAwait(false);
        if (batch.Number <= process.Number)
            return BatchUpdate.Repeat(batch, process, found);
        if (!batch.Accounts.All(account => found.ContainsKey(account.Account)))
            return null;

        var update = BatchUpdate.Of(batch, process, found);
        await using var changes = new NpgsqlBatch(connection);
        AddHoldings(
            changes,
            [.. update.Holdings.Select(holding => holding.State)],
            [.. update.Holdings.Select(holding => (batch.Process, holding))],
            ", process AS (UPDATE dragoman.ledger_processes SET number = $14, until = $15, ended = $16 WHERE process = $13 AND number = $14 - 1)",
            Value(batch.Process), Value(batch.Number), Value(update.Process.Until.ToUnixTimeMilliseconds()), Value(update.Process.IsEnded));
        if (!isEarly)
            AddEntries(changes, update.Entries, PostgresUsage.LateShard);
        await changes.ExecuteNonQueryAsync(ending).ConfigureAwait(false);
        await transaction.CommitAsync(ending).ConfigureAwait(false);
        return update.Answer;
    }

    private async Task<ProcessState> LockProcessAsync(NpgsqlConnection connection, LedgerBatch batch, CancellationToken ending)
    {
        var find = batch.Number == 1
            ? """
              INSERT INTO dragoman.ledger_processes AS p (process, number, until, expired, ended) VALUES ($1, 0, 0, false, false)
              ON CONFLICT (process) DO UPDATE SET number = p.number RETURNING number, until, expired, ended
              """
            : "SELECT number, until, expired, ended FROM dragoman.ledger_processes WHERE process = $1 FOR UPDATE";
        await using var command = new NpgsqlCommand($"WITH found AS ({find}) SELECT {LockingColumns}, number, until, expired, ended FROM dragoman.store LEFT JOIN found ON true", connection) { Parameters = { Value(batch.Process) } };
        await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
        await reader.ReadAsync(ending).ConfigureAwait(false);
        StoreSchemaException.Check(database.Name, reader.GetInt64(0));
        const int First = 3;
        return reader.IsDBNull(First) ? ProcessState.New : new(reader.GetInt64(First), Time(reader.GetInt64(First + 1)), reader.GetBoolean(First + 2), reader.GetBoolean(First + 3));
    }

    /// <summary>Appends entries, locks the accounts of a batch, and reads what the process holds of them.</summary>
    private static async Task<Dictionary<string, Holding>> LockAccountsAsync(NpgsqlConnection connection, LedgerBatch batch, bool isEarly, CancellationToken ending)
    {
        const string OfBatch = "$2";
        const string AllLeased = "ARRAY(SELECT account FROM dragoman.ledger_leases WHERE process = $1 UNION SELECT unnest($2))";
        await using var locking = new NpgsqlBatch(connection);
        if (isEarly)
            AddEntries(locking, batch.Entries, PostgresUsage.ShardOf(batch.Process));
        else
            Add(locking, LockPositions, Value(PositionLock));
        // It begins after the process is locked, so that it sees the leases that an earlier try has left.
        Add(
            locking,
            $"""
            SELECT {AccountColumns}, coalesce(l.amount, 0), coalesce(l.assumed, 0)
            FROM dragoman.ledger_accounts a LEFT JOIN dragoman.ledger_leases l ON l.process = $1 AND l.account = a.account
            WHERE a.account = ANY({(batch.IsLast ? AllLeased : OfBatch)}) ORDER BY a.account FOR UPDATE OF a
            """,
            Value(batch.Process), Value(batch.Accounts.Select(account => account.Account).ToArray()));
        await using var reader = await locking.ExecuteReaderAsync(ending).ConfigureAwait(false);
        if (!isEarly)
            await reader.NextResultAsync(ending).ConfigureAwait(false);
        var found = new Dictionary<string, Holding>();
        while (await reader.ReadAsync(ending).ConfigureAwait(false))
            found.Add(reader.GetString(0), new(StateOf(reader), reader.GetInt64(6), reader.GetInt64(7)));
        return found;
    }

    /// <summary>The processes whose leases have ended, and when.</summary>
    private async Task<Dictionary<string, DateTimeOffset>> LockExpiredAsync(NpgsqlConnection connection, long before, CancellationToken ending)
    {
        await using var locking = new NpgsqlBatch(connection);
        Add(locking, BeginLocking);
        Add(locking, LockPositions, Value(PositionLock));
        // A process that renews its leases in the meantime is left out: a row that was waited for is judged again.
        Add(locking, "SELECT process, until FROM dragoman.ledger_processes WHERE NOT expired AND NOT ended AND until < $1 ORDER BY process FOR UPDATE", Value(before));
        await using var reader = await locking.ExecuteReaderAsync(ending).ConfigureAwait(false);
        await CheckSchemaAsync(reader, ending).ConfigureAwait(false);
        await reader.NextResultAsync(ending).ConfigureAwait(false);
        var processes = new Dictionary<string, DateTimeOffset>();
        while (await reader.ReadAsync(ending).ConfigureAwait(false))
            processes.Add(reader.GetString(0), Time(reader.GetInt64(1)));
        return processes;
    }

    private static async Task<List<(string Process, Holding Holding)>> LockLeasesAsync(NpgsqlConnection connection, string[] processes, CancellationToken ending)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT {AccountColumns}, l.amount, l.assumed, l.process FROM dragoman.ledger_leases l JOIN dragoman.ledger_accounts a USING (account)
            WHERE l.process = ANY($1) ORDER BY a.account FOR UPDATE OF a
            """,
            connection)
        {
            Parameters = { Value(processes) },
        };
        await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
        var found = new List<(string, Holding)>();
        while (await reader.ReadAsync(ending).ConfigureAwait(false))
            found.Add((reader.GetString(8), new(StateOf(reader), reader.GetInt64(6), reader.GetInt64(7))));
        return found;
    }

    /// <summary>In the order of their ids, so that two processes with new accounts wait for each other in one direction only.</summary>
    private static async Task CreateAccountsAsync(NpgsqlConnection connection, LedgerBatch batch, CancellationToken ending)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO dragoman.ledger_accounts SELECT account, amount, amount, 0, 0, 0, 0 FROM unnest($1, $2) AS new (account, amount)
            ORDER BY account COLLATE "C" ON CONFLICT (account) DO NOTHING
            """,
            connection)
        {
            Parameters = { Value(batch.Accounts.Select(account => account.Account).ToArray()), Value(batch.Accounts.Select(account => account.Limit).ToArray()) },
        };
        await command.ExecuteNonQueryAsync(ending).ConfigureAwait(false);
    }

    /// <summary>The last position below which none is still to come.</summary>
    private async Task<long> LastPositionAsync(NpgsqlConnection connection, CancellationToken ending)
    {
        await using var transaction = await connection.BeginTransactionAsync(ending).ConfigureAwait(false);
        long last;
        await using var batch = new NpgsqlBatch(connection);
        // Writers wait behind this lock, so it must not wait for one that hangs.
        Add(batch, "SELECT schema, set_config('lock_timeout', '1s', true) FROM dragoman.store");
        Add(batch, "SELECT pg_advisory_xact_lock($1)", Value(PositionLock));
        Add(batch, "SELECT coalesce(max(position), 0) FROM dragoman.ledger_entries");
        await using (var reader = await batch.ExecuteReaderAsync(ending).ConfigureAwait(false))
        {
            await CheckSchemaAsync(reader, ending).ConfigureAwait(false);
            await reader.NextResultAsync(ending).ConfigureAwait(false);
            await reader.ReadAsync(ending).ConfigureAwait(false);
            last = reader.GetInt64(0);
        }

        await transaction.CommitAsync(ending).ConfigureAwait(false);
        return last;
    }

    /// <summary>Reads the schema, and goes to the next result.</summary>
    private async Task CheckSchemaAsync(DbDataReader reader, CancellationToken ending)
    {
        await reader.ReadAsync(ending).ConfigureAwait(false);
        StoreSchemaException.Check(database.Name, reader.GetInt64(0));
        await reader.NextResultAsync(ending).ConfigureAwait(false);
    }

    /// <summary>
    /// Writes accounts and leases by one statement. The ceiling is computed from what the row has before, so that the CHECK judges the new
    /// numbers.
    /// </summary>
    /// <param name="batch">Gets the statement.</param>
    /// <param name="states">The accounts.</param>
    /// <param name="leases">The leases.</param>
    /// <param name="more">A part of the statement that changes something else, with parameters from $13 on; empty for none.</param>
    /// <param name="values">Those parameters.</param>
    private static void AddHoldings(NpgsqlBatch batch, AccountState[] states, List<(string Process, Holding Holding)> leases, string more = "", params ReadOnlySpan<NpgsqlParameter> values)
    {
        (string Process, Holding Holding)[] kept = [.. leases.Where(lease => lease.Holding is not { Lease: 0, Assumed: 0 })];
        (string Process, Holding Holding)[] gone = [.. leases.Where(lease => lease.Holding is { Lease: 0, Assumed: 0 })];
        Add(
            batch,
            $"""
            WITH kept AS (
                INSERT INTO dragoman.ledger_leases (process, account, amount, assumed) SELECT * FROM unnest($7, $8, $9, $10)
                ON CONFLICT (process, account) DO UPDATE SET amount = excluded.amount, assumed = excluded.assumed
            ), gone AS (
                DELETE FROM dragoman.ledger_leases l USING unnest($11, $12) AS gone (process, account) WHERE l.process = gone.process AND l.account = gone.account
            ){more}
            UPDATE dragoman.ledger_accounts a SET limit_amount = new.limit_amount, ceiling = greatest(new.limit_amount, a.leased + a.settled),
                leased = new.leased, settled = new.settled, assumed = new.assumed, excess = new.excess
            FROM unnest($1, $2, $3, $4, $5, $6) AS new (account, limit_amount, leased, settled, assumed, excess) WHERE a.account = new.account
            """,
            [
                Column(states, state => state.Account), Column(states, state => state.Limit), Column(states, state => state.Leased), Column(states, state => state.Settled),
                Column(states, state => state.Assumed), Column(states, state => state.Excess),
                Column(kept, lease => lease.Process), Column(kept, lease => lease.Holding.State.Account), Column(kept, lease => lease.Holding.Lease), Column(kept, lease => lease.Holding.Assumed),
                Column(gone, lease => lease.Process), Column(gone, lease => lease.Holding.State.Account),
                .. values,
            ]);
    }

    /// <summary>All entries and their roll-ups by one statement. Their accounts are the texts of arrays, because an array of arrays cannot be unnested.</summary>
    private static void AddEntries(NpgsqlBatch batch, IReadOnlyList<LedgerEntry> entries, int shard)
    {
        if (entries.Count == 0)
            return;
        Add(
            batch,
            $"""
            WITH positions AS ({LockPositions}), appended AS (
                INSERT INTO dragoman.ledger_entries ({EntryColumns.All})
                SELECT {EntryColumns.All.Replace("accounts", "accounts::text[]", StringComparison.Ordinal)}
                FROM positions, unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) WITH ORDINALITY AS new ({EntryColumns.All}, ordinal)
                ORDER BY ordinal RETURNING *
            ), {PostgresUsage.Add("appended", "$24", entries.Any(entry => entry.Tags.Count > 0))}
            """,
            Value(PositionLock),
            Column(entries, entry => entry.RequestId), Column(entries, entry => entry.Attempt), Column(entries, entry => entry.At.ToUnixTimeMilliseconds()), Column(entries, entry => ArrayText(entry.Accounts)),
            Column(entries, entry => entry.Cost), Column(entries, entry => entry.Team), Column(entries, entry => entry.Key), Column(entries, entry => entry.User), Column(entries, entry => entry.Model),
            Column(entries, entry => entry.Provider), Column(entries, entry => entry.Target), Column(entries, entry => entry.Dialect), Column(entries, entry => entry.Status),
            Column(entries, entry => entry.Outcome), Column(entries, entry => entry.Origin), Column(entries, entry => entry.Milliseconds), Column(entries, entry => entry.InputTokens),
            Column(entries, entry => entry.CacheReadTokens), Column(entries, entry => entry.CacheWriteTokens), Column(entries, entry => entry.OutputTokens), Column(entries, entry => entry.ReasoningTokens),
            Column(entries, EntryColumns.Tags), Value(shard));
    }

    /// <remarks>Wire facts: "Array Input and Output Syntax" in PostgreSQL's manual, chapter Data Types.</remarks>
    private static string ArrayText(IReadOnlyList<string> values)
    {
        var text = new StringBuilder("{");
        foreach (var value in values)
            text.Append(text.Length > 1 ? ",\"" : "\"").Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        return text.Append('}').ToString();
    }

    private static NpgsqlParameter<TColumn[]> Column<TRow, TColumn>(IReadOnlyList<TRow> rows, Func<TRow, TColumn> column)
    {
        var values = new TColumn[rows.Count];
        for (var row = 0; row < values.Length; row++)
            values[row] = column(rows[row]);
        return Value(values);
    }

    private static AccountState StateOf(DbDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
