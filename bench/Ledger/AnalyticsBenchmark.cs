using System.Diagnostics;
using System.Globalization;
using Dragoman.Bench.Reports;
using Dragoman.Stores.Ledger;
using Npgsql;

namespace Dragoman.Bench.Ledger;

/// <summary><c>dragoman-bench analytics</c>: how long questions about usage take in PostgreSQL with many entries.</summary>
internal static class AnalyticsBenchmark
{
    public const string Usage = "analytics [ENTRIES]";

    /// <summary>The entries of a run that is kept as a result.</summary>
    public const int Complete = 10_000_000;

    private const int EntriesOfPart = 500_000;

    /// <summary>The processes that have written the entries: each has a shard of the roll-ups.</summary>
    private const int Processes = 4;

    private const int Days = 90;

    private const int Repetitions = 7;

    private static readonly DateTimeOffset End = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly (string Name, UsageQuery Query)[] Questions =
    [
        ("by day and team, 30 days", new(End.AddDays(-30), End) { Span = UsageSpan.Day, By = [UsageDimension.Team] }),
        ("by model and provider, 90 days", new(End.AddDays(-Days), End) { By = [UsageDimension.Model, UsageDimension.Provider] }),
        ("by day, one team, 90 days", new(End.AddDays(-Days), End) { Span = UsageSpan.Day, Where = new Dictionary<UsageDimension, string> { [UsageDimension.Team] = "team-3" } }),
        ("by key, 90 days", new(End.AddDays(-Days), End) { By = [UsageDimension.Team, UsageDimension.Key] }),
        ("by hour and status, failed, 7 days", new(End.AddDays(-7), End) { Span = UsageSpan.Hour, By = [UsageDimension.Status], Where = new Dictionary<UsageDimension, string> { [UsageDimension.Outcome] = "failed" } }),
        ("by month and tag, one tag, 90 days", new(End.AddDays(-Days), End) { Span = UsageSpan.Month, By = [UsageDimension.Tag], Where = new Dictionary<UsageDimension, string> { [UsageDimension.Tag] = "project" } }),
    ];

    /// <returns>How many entries the ledger shall have; null when an argument is not understood.</returns>
    public static int? ReadEntries(ReadOnlySpan<string> arguments) => arguments switch
    {
        [] => Complete,
        [var count] when int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var entries) && entries > 0 => entries,
        _ => null,
    };

    /// <param name="repository">The repository's root.</param>
    /// <param name="entries">How many entries the ledger has.</param>
    /// <param name="cancellation">Cancels the run.</param>
    /// <returns>The report's name and text.</returns>
    public static async Task<(string Name, string Text)> RunAsync(string repository, int entries, CancellationToken cancellation)
    {
        var machine = Machine.Describe(repository);
        var startedAt = DateTimeOffset.UtcNow;
        await using var server = await StoreScript.StartAsync(repository, "postgres.sh", "-c", "shared_buffers=1GB", "-c", "max_wal_size=8GB");
        var connection = $"Host={server.Address};Username=dragoman;Database=postgres;Command Timeout=600";
        await using var ledger = new PostgresLedger(connection);
        await ledger.ReadAsync([], cancellation);
        var filling = Stopwatch.StartNew();
        for (var first = 1; first <= entries; first += EntriesOfPart)
        {
            await FillAsync(connection, first, Math.Min(entries, first + EntriesOfPart - 1), entries, cancellation);
            Console.Error.WriteLine(Invariant($"{Math.Min(entries, first + EntriesOfPart - 1)} entries after {filling.Elapsed.TotalSeconds:0} s"));
        }

        await RunAsync(connection, "VACUUM ANALYZE", cancellation);
        var text = new MarkdownText();
        text.Title(Invariant($"Questions about usage, {startedAt:yyyy-MM-dd HH:mm} UTC, commit {machine.Commit}"));
        text.Paragraph(Invariant($"{machine.Cores} cores of {machine.Processor}, {machine.MemoryGibibytes:0} GiB, Linux {machine.Kernel}, {machine.Runtime}. PostgreSQL on the same machine. How it is measured: [bench/README.md](../README.md)."));
        if (Environment.GetEnvironmentVariable("BENCH_NOTE") is { Length: > 0 } note)
            text.Paragraph(note);
        text.Paragraph(Invariant($"{await CountAsync(connection, "entries")} entries of {Days} days; rows of days: {await CountAsync(connection, "usage_days")}, of hours: {await CountAsync(connection, "usage_hours")}, of tags: {await CountAsync(connection, "usage_tags")}."));
        text.Headings("question", "groups", "after a restart, ms", "p50 of 7 more, ms", "max");
        foreach (var (name, query) in Questions)
        {
            NpgsqlConnection.ClearAllPools();
            await server.RestartAsync();
            var (groups, cold) = await TimeAsync(ledger, query, cancellation);
            var warm = new double[Repetitions];
            for (var repetition = 0; repetition < Repetitions; repetition++)
                warm[repetition] = (await TimeAsync(ledger, query, cancellation)).Milliseconds;
            text.Row(name, Invariant($"{groups}"), Invariant($"{cold:0}"), Invariant($"{Statistics.Median(warm):0}"), Invariant($"{warm.Max():0}"));
        }

        return (Invariant($"{startedAt:yyyy-MM-dd}-analytics-{machine.ShortName}.md"), text.ToString());
    }

    private static async Task<(int Groups, double Milliseconds)> TimeAsync(PostgresLedger ledger, UsageQuery query, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var groups = await ledger.UsageAsync(query, cancellation);
        return (groups.Count, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }

    /// <summary>
    /// Appends entries as processes would have settled them, with the roll-ups by the statements of the ledger. A few teams, keys and models have
    /// most of the requests, and there are fewer at night.
    /// </summary>
    private static async Task FillAsync(string connection, int first, int last, int entries, CancellationToken cancellation)
    {
        for (var shard = 0; shard < Processes; shard++)
        {
            await RunAsync(
                connection,
                $"""
                WITH appended AS (
                    INSERT INTO dragoman.ledger_entries ({EntryColumns.All})
                    SELECT 'req_' || i, 0, at, ARRAY['team:team-' || team || ':month:2026-11-01', 'organization:organization:month:2026-11-01'], (random() * 1e10)::bigint, 'team-' || team,
                        'key-' || team || '-' || key, CASE WHEN key % 2 = 0 THEN 'user-' || team || '-' || (key * 3 + (power(random(), 2) * 3)::int) END, 'model-' || model, 'provider-' || model % 3, 'target-' || model,
                        CASE WHEN key % 3 = 0 THEN 'anthropic' ELSE 'openai-chat' END, status, CASE WHEN status = 200 THEN 'completed' ELSE 'failed' END, 'reported', (random() * 9000)::bigint, (random() * 8000)::bigint,
                        (random() * 2000)::bigint, 0, (random() * 900)::bigint, 0, CASE WHEN key % 2 = 1 THEN json_build_object('project', 'project-' || team || '-' || key % 3)::text END
                    FROM (
                        SELECT i, {End.AddDays(-Days).ToUnixTimeMilliseconds()} + (({Days} * 86400000.0 * i / {entries + 1})::bigint / 86400000) * 86400000 + ((0.5 + 0.5 * sin((random() - 0.5) * 3)) * 86399999)::bigint AS at,
                            (power(random(), 2) * 40)::int AS team, (power(random(), 1.5) * 6)::int AS key, (power(random(), 2.5) * 12)::int AS model,
                            CASE WHEN random() < 0.97 THEN 200 WHEN random() < 0.6 THEN 429 ELSE 502 END AS status
                        FROM generate_series({first + shard}, {last}, {Processes}) i
                        OFFSET 0) drawn
                    RETURNING *
                ), {PostgresUsage.Add("appended", Invariant($"{shard}"), hasTags: true)}
                """,
                cancellation);
        }
    }

    private static async Task<long> CountAsync(string connection, string table) => (long)(await RunAsync(connection, $"SELECT count(*) FROM dragoman.ledger_{table}", default))!;

    private static async Task<object?> RunAsync(string text, string statement, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(text + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
