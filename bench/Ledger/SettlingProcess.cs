using System.Diagnostics;
using System.Globalization;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Bench.Ledger;

/// <summary>A process that settles requests, as fast as the ledger takes them or one batch after the other.</summary>
internal static class SettlingProcess
{
    private const int Keys = 10;

    /// <summary>So much that no budget ends.</summary>
    private const long Limit = LedgerLimits.MostAmount;

    /// <summary>Settles for a time, in batches of the most entries, and prints how many entries were settled.</summary>
    /// <param name="store">The text of the store's connection.</param>
    /// <param name="seconds">For how long.</param>
    public static async Task RunAsync(string store, string seconds)
    {
        await using var ledger = StoreConnection.Parse(store).OpenLedger();
        var batches = Batches(LedgerLimits.MostEntries).GetEnumerator();
        var clock = Stopwatch.StartNew();
        var length = TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture));
        var settled = 0L;
        while (clock.Elapsed < length && batches.MoveNext())
        {
            try
            {
                settled += await SettleAsync(ledger, batches.Current, length - clock.Elapsed);
            }
            catch (OperationCanceledException)
            {
                // The time is over.
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{settled} {clock.Elapsed.TotalSeconds}"));
    }

    /// <summary>Sends a batch until it is answered. In a table a batch may be behind those of others until its time is over.</summary>
    private static async Task<int> SettleAsync(ILedgerStore ledger, LedgerBatch batch, TimeSpan rest)
    {
        using var ending = new CancellationTokenSource(rest);
        while (true)
        {
            try
            {
                await ledger.ExchangeAsync(batch, ending.Token);
                return batch.Entries.Count;
            }
            catch (StoreUnavailableException)
            {
                ending.Token.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>The milliseconds that each of some batches takes.</summary>
    public static async Task<double[]> TimeAsync(ILedgerStore ledger, int entries, int count, CancellationToken cancellation)
    {
        var times = new double[count];
        var batches = Batches(entries).GetEnumerator();
        for (var batch = -2; batch < count && batches.MoveNext(); batch++)
        {
            var began = Stopwatch.GetTimestamp();
            await ledger.ExchangeAsync(batches.Current, cancellation);
            // The first two create what is missing.
            if (batch >= 0)
                times[batch] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        return times;
    }

    /// <summary>The batches of a new process. All processes share the accounts: one of the organization, and of each key one of a day and one of a month.</summary>
    private static IEnumerable<LedgerBatch> Batches(int count)
    {
        var process = Guid.NewGuid().ToString("N");
        for (var number = 1L; ; number++)
        {
            var now = TimeProvider.System.GetUtcNow();
            var entries = new List<LedgerEntry>(count);
            var used = new SortedDictionary<string, long>(StringComparer.Ordinal);
            for (var index = 0; index < count; index++)
            {
                var key = (int)((number + index) % Keys);
                var entry = Entry($"req_{process[..12]}{number:x}{index:x}", key, now);
                entries.Add(entry);
                foreach (var account in entry.Accounts)
                    used[account] = used.GetValueOrDefault(account) + entry.Cost!.Value;
            }

            yield return new(process, number, now.AddMinutes(1), [.. used.Select(each => new AccountExchange(each.Key, Limit, each.Value, each.Value * 2))], entries);
        }
    }

    private static LedgerEntry Entry(string requestId, int key, DateTimeOffset now) => new()
    {
        RequestId = requestId,
        At = now,
        Accounts = ["organization:month:2026-11-01", $"key:K{key}:month:2026-11-01", $"key:K{key}:day:2026-11-30"],
        Cost = 1_234_567_890 + key,
        Team = "research",
        Key = $"K{key}",
        User = $"user-{key}@example.com",
        Model = "large",
        Provider = "provider-one",
        Target = "provider-model-2026-05-13",
        Dialect = "openai-chat",
        Status = 200,
        Outcome = "completed",
        Origin = "reported",
        Milliseconds = 1234,
        InputTokens = 1500,
        CacheReadTokens = 1024,
        OutputTokens = 250,
        Tags = new Dictionary<string, string> { ["project"] = $"project-{key}" },
    };
}
