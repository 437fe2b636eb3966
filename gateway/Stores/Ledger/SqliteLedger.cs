using Microsoft.Data.Sqlite;
using static Dragoman.Stores.SqliteFile;

namespace Dragoman.Stores.Ledger;

/// <summary>A ledger in one SQLite file, which several processes of one machine may share, also with a <see cref="SqliteStore"/>.</summary>
public sealed partial class SqliteLedger : ILedgerStore
{
    private const string AccountColumns = "account, limit_amount, leased, settled, assumed, excess";

    private static readonly SchemaPart Tables = new(
        "ledger_accounts",
        """
        CREATE TABLE ledger_accounts (
            account TEXT PRIMARY KEY, limit_amount INTEGER NOT NULL, ceiling INTEGER NOT NULL, leased INTEGER NOT NULL, settled INTEGER NOT NULL,
            assumed INTEGER NOT NULL, excess INTEGER NOT NULL,
            CHECK (leased >= 0 AND settled >= 0 AND excess >= 0 AND assumed BETWEEN 0 AND settled AND leased + settled <= ceiling)) WITHOUT ROWID
        """,
        "CREATE TABLE ledger_processes (process TEXT PRIMARY KEY, number INTEGER NOT NULL, until INTEGER NOT NULL, expired INTEGER NOT NULL, ended INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE INDEX ledger_processes_alive ON ledger_processes (until) WHERE NOT expired AND NOT ended",
        """
        CREATE TABLE ledger_leases (
            process TEXT NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount >= 0), assumed INTEGER NOT NULL CHECK (assumed >= 0),
            PRIMARY KEY (process, account)) WITHOUT ROWID
        """,
        """
        CREATE TABLE ledger_entries (
            position INTEGER PRIMARY KEY, request_id TEXT NOT NULL, attempt INTEGER NOT NULL, at INTEGER NOT NULL, accounts TEXT NOT NULL, cost INTEGER,
            team TEXT, key_id TEXT, user_id TEXT, model TEXT NOT NULL, provider TEXT, target TEXT, dialect TEXT NOT NULL, status INTEGER NOT NULL,
            outcome TEXT NOT NULL, origin TEXT NOT NULL, milliseconds INTEGER NOT NULL, input_tokens INTEGER NOT NULL, cache_read_tokens INTEGER NOT NULL,
            cache_write_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL, tags TEXT)
        """,
        "CREATE INDEX ledger_entries_by_request ON ledger_entries (request_id)",
        "CREATE INDEX ledger_entries_by_time ON ledger_entries (at)",
        "CREATE TABLE ledger_corrections (operation TEXT PRIMARY KEY, account TEXT NOT NULL, amount INTEGER NOT NULL, applied INTEGER NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID",
        "CREATE INDEX ledger_corrections_by_account ON ledger_corrections (account)");

    private readonly SqliteFile file;

    /// <param name="path">The file. It is created at first use, with its folder; only its owner may read it.</param>
    public SqliteLedger(string path) => file = new(path, Tables, UsageSql.Sqlite.Table);

    internal SqliteLedger(string path, TimeSpan longestWait, TimeSpan longestCall) => file = new(path, longestWait, longestCall, Tables, UsageSql.Sqlite.Table);

    public int MostAccounts => LedgerLimits.MostAccountsOfDatabase;

    public async Task<LedgerAnswer> ExchangeAsync(LedgerBatch batch, CancellationToken cancellation = default)
    {
        LedgerLimits.Check(batch, MostAccounts);
        return await file.WriteAsync((connection, transaction) =>
        {
            file.ReadVersion(connection, transaction);
            var process = FindProcess(connection, transaction, batch.Process);
            var found = new Dictionary<string, Holding>();
            foreach (var exchange in batch.Accounts)
            {
                if (FindHolding(connection, transaction, batch.Process, exchange.Account) is { } holding)
                    found.Add(exchange.Account, holding);
            }

            if (batch.Number <= process.Number)
                return BatchUpdate.Repeat(batch, process, found);
            if (batch.IsLast)
            {
                foreach (var account in LeasedBy(connection, transaction, batch.Process))
                    found.TryAdd(account, FindHolding(connection, transaction, batch.Process, account)!);
            }

            var update = BatchUpdate.Of(batch, process, found);
            foreach (var holding in update.Holdings)
                Write(connection, transaction, batch.Process, holding);
            WriteProcess(connection, transaction, batch.Process, update.Process);
            Append(connection, transaction, update.Entries);
            transaction.Commit();
            return update.Answer;
        }, cancellation).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<AssumedLease>> ExpireAsync(DateTimeOffset before, CancellationToken cancellation = default) => file.WriteAsync<IReadOnlyList<AssumedLease>>((connection, transaction) =>
    {
        file.ReadVersion(connection, transaction);
        var assumed = new List<AssumedLease>();
        var entries = new List<LedgerEntry>();
        foreach (var name in Texts(connection, transaction, "SELECT process FROM ledger_processes WHERE until < $before AND NOT expired AND NOT ended ORDER BY process", ("$before", before.ToUnixTimeMilliseconds())))
        {
            var process = FindProcess(connection, transaction, name);
            foreach (var account in LeasedBy(connection, transaction, name))
            {
                var holding = FindHolding(connection, transaction, name, account)!;
                var expired = holding.Expire();
                Write(connection, transaction, name, expired);
                BatchUpdate.AddAssumed(entries, name, process.Until, holding, expired);
                assumed.Add(new(name, account, expired.Assumed));
            }

            WriteProcess(connection, transaction, name, process with { IsExpired = true });
        }

        Append(connection, transaction, entries);
        transaction.Commit();
        return assumed;
    }, cancellation);

    public async Task<IReadOnlyList<AccountState>> ReadAsync(IReadOnlyList<string> accounts, CancellationToken cancellation = default)
    {
        LedgerLimits.CheckAccounts(accounts);
        return await file.ReadAsync(connection =>
        {
            using var transaction = connection.BeginTransaction(deferred: true);
            return accounts.Select(account => FindAccount(connection, transaction, account)).OfType<AccountState>().ToList();
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<AccountState>> ListAsync(string prefix, string? after, int take, CancellationToken cancellation = default)
    {
        LedgerLimits.CheckList(prefix, after, take);
        return await file.ReadAsync(connection =>
        {
            using var command = Command(
                connection,
                null,
                $"SELECT {AccountColumns} FROM ledger_accounts WHERE account > $after AND account >= $prefix ORDER BY account LIMIT $take",
                ("$after", after ?? ""), ("$prefix", prefix), ("$take", take));
            using var reader = command.ExecuteReader();
            var page = new List<AccountState>();
            // What begins with the prefix follows it, and nothing is in between.
            while (reader.Read() && reader.GetString(0).StartsWith(prefix, StringComparison.Ordinal))
                page.Add(AccountOf(reader));
            return page;
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<LeaseState>> LeasesAsync(CancellationToken cancellation = default) => await file.ReadAsync(connection =>
    {
        using var command = Command(connection, null, "SELECT process, account, amount, assumed, until FROM ledger_leases JOIN ledger_processes USING (process) ORDER BY process, account");
        using var reader = command.ExecuteReader();
        var leases = new List<LeaseState>();
        while (reader.Read())
            leases.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), Time(reader.GetInt64(4))));
        return leases;
    }, cancellation).ConfigureAwait(false);

    public async Task<AccountState?> CorrectAsync(LedgerCorrection correction, CancellationToken cancellation = default)
    {
        LedgerLimits.Check(correction);
        return await file.WriteAsync((connection, transaction) =>
        {
            file.ReadVersion(connection, transaction);
            if (FindAccount(connection, transaction, correction.Account) is not { } before || Texts(connection, transaction, "SELECT account FROM ledger_corrections WHERE operation = $operation", ("$operation", correction.OperationId)).Count > 0)
                return FindAccount(connection, transaction, correction.Account);
            var after = Holding.Correct(before, correction.Amount);
            Write(connection, transaction, after);
            Run(
                connection,
                transaction,
                "INSERT INTO ledger_corrections (operation, account, amount, applied, at, reason) VALUES ($operation, $account, $amount, $applied, $at, $reason)",
                ("$operation", correction.OperationId), ("$account", correction.Account), ("$amount", correction.Amount),
                ("$applied", after.Settled + after.Excess - before.Settled - before.Excess), ("$at", correction.At.ToUnixTimeMilliseconds()), ("$reason", correction.Reason));
            foreach (var statement in UsageSql.Sqlite.AddCorrections("ledger_corrections WHERE operation = $operation", "0"))
                Run(connection, transaction, statement, ("$operation", correction.OperationId));
            transaction.Commit();
            return after;
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<StoredEntry>> EntriesAsync(string? after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckPage(0, take);
        var position = EntryPosition.Parse(after);
        return await file.ReadAsync(connection =>
        {
            using var command = Command(connection, null, $"SELECT position, {EntryColumns.All} FROM ledger_entries WHERE position > $after ORDER BY position LIMIT $take", ("$after", position), ("$take", take));
            using var reader = command.ExecuteReader();
            var page = new List<StoredEntry>();
            while (reader.Read())
                page.Add(new(EntryPosition.Text(reader.GetInt64(0)), EntryColumns.Read(reader, 1)));
            return page;
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<LedgerEntry>> FindAsync(string requestId, CancellationToken cancellation = default)
    {
        StoreLimits.CheckId(requestId);
        return await file.ReadAsync(connection =>
        {
            using var command = Command(connection, null, $"SELECT {EntryColumns.All} FROM ledger_entries WHERE request_id = $request ORDER BY attempt, position", ("$request", requestId));
            using var reader = command.ExecuteReader();
            var attempts = new List<LedgerEntry>();
            while (reader.Read())
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
            var (after, add) = (position, 0L);
            (add, position, isEnd) = await file.ReadAsync(connection =>
            {
                using var command = Command(
                    connection,
                    null,
                    """
                    SELECT coalesce(sum(cost) FILTER (WHERE EXISTS (SELECT 1 FROM json_each(accounts) WHERE value = $account)), 0), coalesce(max(position), 0), count(*)
                    FROM (SELECT position, cost, accounts FROM ledger_entries WHERE position > $after ORDER BY position LIMIT $take)
                    """,
                    ("$account", account), ("$after", after), ("$take", EntryPosition.MostPerSum));
                using var reader = command.ExecuteReader();
                reader.Read();
                return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2) < EntryPosition.MostPerSum);
            }, cancellation).ConfigureAwait(false);
            sum += add;
        }

        return sum + await file.ReadAsync(connection =>
        {
            using var command = Command(connection, null, "SELECT coalesce(sum(applied), 0) FROM ledger_corrections WHERE account = $account", ("$account", account));
            return (long)command.ExecuteScalar()!;
        }, cancellation).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<UsageGroup>> UsageAsync(UsageQuery query, CancellationToken cancellation = default) => SqliteUsage.AskAsync(file, query, cancellation);

    public ValueTask DisposeAsync() => file.DisposeAsync();

    private static ProcessState FindProcess(SqliteConnection connection, SqliteTransaction transaction, string process)
    {
        using var command = Command(connection, transaction, "SELECT number, until, expired, ended FROM ledger_processes WHERE process = $process", ("$process", process));
        using var reader = command.ExecuteReader();
        return reader.Read() ? new(reader.GetInt64(0), Time(reader.GetInt64(1)), reader.GetBoolean(2), reader.GetBoolean(3)) : ProcessState.New;
    }

    private static AccountState? FindAccount(SqliteConnection connection, SqliteTransaction transaction, string account)
    {
        using var command = Command(connection, transaction, $"SELECT {AccountColumns} FROM ledger_accounts WHERE account = $account", ("$account", account));
        using var reader = command.ExecuteReader();
        return reader.Read() ? AccountOf(reader) : null;
    }

    private static Holding? FindHolding(SqliteConnection connection, SqliteTransaction transaction, string process, string account)
    {
        if (FindAccount(connection, transaction, account) is not { } state)
            return null;
        using var command = Command(connection, transaction, "SELECT amount, assumed FROM ledger_leases WHERE process = $process AND account = $account", ("$process", process), ("$account", account));
        using var reader = command.ExecuteReader();
        return reader.Read() ? new(state, reader.GetInt64(0), reader.GetInt64(1)) : new(state, 0, 0);
    }

    private static List<string> LeasedBy(SqliteConnection connection, SqliteTransaction transaction, string process) =>
        Texts(connection, transaction, "SELECT account FROM ledger_leases WHERE process = $process ORDER BY account", ("$process", process));

    private static List<string> Texts(SqliteConnection connection, SqliteTransaction transaction, string text, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(connection, transaction, text, values);
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read())
            texts.Add(reader.GetString(0));
        return texts;
    }

    private static void Write(SqliteConnection connection, SqliteTransaction transaction, string process, Holding holding)
    {
        Write(connection, transaction, holding.State);
        if (holding is { Lease: 0, Assumed: 0 })
        {
            Run(connection, transaction, "DELETE FROM ledger_leases WHERE process = $process AND account = $account", ("$process", process), ("$account", holding.State.Account));
            return;
        }

        Run(
            connection,
            transaction,
            "INSERT INTO ledger_leases (process, account, amount, assumed) VALUES ($process, $account, $amount, $assumed) ON CONFLICT (process, account) DO UPDATE SET amount = $amount, assumed = $assumed",
            ("$process", process), ("$account", holding.State.Account), ("$amount", holding.Lease), ("$assumed", holding.Assumed));
    }

    /// <summary>The ceiling is computed from what the row has before, so that the CHECK judges the new numbers.</summary>
    private static void Write(SqliteConnection connection, SqliteTransaction transaction, AccountState state)
    {
        ReadOnlySpan<(string, object?)> values =
        [
            ("$account", state.Account), ("$limit", state.Limit), ("$leased", state.Leased), ("$settled", state.Settled), ("$assumed", state.Assumed), ("$excess", state.Excess),
        ];
        Run(connection, transaction, "INSERT INTO ledger_accounts VALUES ($account, $limit, $limit, 0, 0, 0, 0) ON CONFLICT (account) DO NOTHING", values[..2]);
        Run(
            connection,
            transaction,
            """
            UPDATE ledger_accounts SET limit_amount = $limit, ceiling = max($limit, leased + settled), leased = $leased, settled = $settled, assumed = $assumed, excess = $excess
            WHERE account = $account
            """,
            values);
    }

    private static void WriteProcess(SqliteConnection connection, SqliteTransaction transaction, string process, ProcessState state) => Run(
        connection,
        transaction,
        """
        INSERT INTO ledger_processes (process, number, until, expired, ended) VALUES ($process, $number, $until, $expired, $ended)
        ON CONFLICT (process) DO UPDATE SET number = $number, until = $until, expired = $expired, ended = $ended
        """,
        ("$process", process), ("$number", state.Number), ("$until", state.Until.ToUnixTimeMilliseconds()), ("$expired", state.IsExpired), ("$ended", state.IsEnded));

    private static void Append(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<LedgerEntry> entries)
    {
        if (entries.Count == 0)
            return;
        var last = SqliteUsage.LastPosition(connection, transaction);
        using var command = Command(connection, transaction, $"INSERT INTO ledger_entries ({EntryColumns.All}) VALUES ({string.Join(", ", Enumerable.Range(0, 22).Select(column => $"${column}"))})");
        var values = Enumerable.Range(0, 22).Select(column => command.Parameters.Add(new SqliteParameter($"${column}", null) { })).ToArray();
        foreach (var entry in entries)
        {
            Set(values, [
                entry.RequestId, entry.Attempt, entry.At.ToUnixTimeMilliseconds(), EntryColumns.Accounts(entry), entry.Cost, entry.Team, entry.Key, entry.User, entry.Model, entry.Provider, entry.Target,
                entry.Dialect, entry.Status, entry.Outcome, entry.Origin, entry.Milliseconds, entry.InputTokens, entry.CacheReadTokens, entry.CacheWriteTokens, entry.OutputTokens, entry.ReasoningTokens,
                EntryColumns.Tags(entry),
            ]);
            command.ExecuteNonQuery();
        }

        SqliteUsage.Add(connection, transaction, last, entries.Any(entry => entry.Tags.Count > 0));
    }

    private static void Set(SqliteParameter[] parameters, ReadOnlySpan<object?> values)
    {
        for (var column = 0; column < parameters.Length; column++)
            parameters[column].Value = values[column] ?? DBNull.Value;
    }

    private static AccountState AccountOf(SqliteDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
