using System.Diagnostics;
using System.Globalization;
using Dragoman.Bench.Reports;
using Dragoman.Stores;
using Npgsql;

namespace Dragoman.Bench.Ledger;

/// <summary><c>dragoman-bench ledger</c>: how long a batch takes in each store, and how much several processes settle.</summary>
internal static class LedgerBenchmark
{
    private static readonly int[] Sizes = [1, 100, 1000];

    /// <param name="repository">The repository's root.</param>
    /// <param name="options">What is measured.</param>
    /// <param name="cancellation">Cancels the run.</param>
    /// <returns>The report's name and text.</returns>
    public static async Task<(string Name, string Text)> RunAsync(string repository, LedgerOptions options, CancellationToken cancellation)
    {
        var machine = Machine.Describe(repository);
        var startedAt = DateTimeOffset.UtcNow;
        var text = new MarkdownText();
        text.Title(Invariant($"Ledger, {startedAt:yyyy-MM-dd HH:mm} UTC, commit {machine.Commit}"));
        text.Paragraph(Invariant($"{machine.Cores} cores of {machine.Processor}, {machine.MemoryGibibytes:0} GiB, Linux {machine.Kernel}, {machine.Runtime}. Everything is on this one machine. How it is measured: [bench/README.md](../README.md)."));
        if (Environment.GetEnvironmentVariable("BENCH_NOTE") is { Length: > 0 } note)
            text.Paragraph(note);
        text.Headings("store", "entries in a batch", "p50, ms", "p99", "statements", "settlements a second", "of processes");
        foreach (var store in LedgerOptions.AllStores.Where(options.Includes))
        {
            Console.Error.WriteLine($"the ledger in {store}");
            await MeasureAsync(repository, store, options, text, cancellation);
        }

        return (string.Create(CultureInfo.InvariantCulture, $"{startedAt:yyyy-MM-dd}-ledger-{machine.ShortName}.md"), text.ToString());
    }

    private static async Task MeasureAsync(string repository, string store, LedgerOptions options, MarkdownText text, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("dragoman-ledger-");
        StoreScript? server = null;
        try
        {
            string connection;
            string? postgres = null;
            switch (store)
            {
                case "sqlite":
                    connection = $"sqlite:{folder.FullName}/ledger.db";
                    break;
                case "postgres":
                    // As an operator would run it: what is committed is on the disk.
                    server = await StoreScript.StartAsync(repository, "postgres.sh", "-c", "fsync=on", "-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB", "-c", "shared_preload_libraries=pg_stat_statements");
                    postgres = $"Host={server.Address};Username=dragoman;Database=postgres";
                    connection = $"postgres:{postgres}";
                    break;
                default:
                    server = await StoreScript.StartAsync(repository, "azurite.sh");
                    connection = $"tables:{EmulatorAt(server.Address)}";
                    break;
            }

            await using var ledger = StoreConnection.Parse(connection).OpenLedger();
            foreach (var size in Sizes)
            {
                await ledger.ReadAsync([], cancellation);
                var before = postgres is null ? 0 : await StatementsAsync(postgres, cancellation);
                var times = await SettlingProcess.TimeAsync(ledger, size, options.Batches, cancellation);
                var statements = postgres is null ? "" : Invariant($"{(await StatementsAsync(postgres, cancellation) - before) / (double)(options.Batches + 2):0.0}");
                text.Row(store, Invariant($"{size}"), Fine(Statistics.Median(times)), Fine(Statistics.Percentile(times, 0.99)), statements, Invariant($"{size * 1000 / times.Average():0}"), "1");
            }

            var settled = await Task.WhenAll(Enumerable.Range(0, options.Processes).Select(_ => SettleAsync(connection, options.Seconds, cancellation)));
            text.Row(store, Invariant($"{Sizes[^1]}"), "", "", "", Invariant($"**{settled.Sum():0}**"), Invariant($"{options.Processes}"));
        }
        finally
        {
            if (server is not null)
                await server.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }

    private static string EmulatorAt(string port) =>
        "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
        + $"TableEndpoint=http://127.0.0.1:{port}/devstoreaccount1";

    /// <summary>The settlements a second of one more process.</summary>
    private static async Task<double> SettleAsync(string connection, int seconds, CancellationToken cancellation)
    {
        string[] line = [LedgerOptions.ProcessCommand, connection, seconds.ToString(CultureInfo.InvariantCulture)];
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, line) { RedirectStandardOutput = true })!;
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return output.Split(' ') is [var settled, var took]
                ? double.Parse(settled, CultureInfo.InvariantCulture) / double.Parse(took, CultureInfo.InvariantCulture)
                : throw new InvalidOperationException($"a process that settles ended with {process.ExitCode}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static async Task<long> StatementsAsync(string postgres, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(postgres + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'", connection);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static string Fine(double value) => Invariant($"{value:0.00}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
