using System.Globalization;
using System.Text.Json;
using Dragoman.Locales;
using static Dragoman.Stores.TableKey;
using static Dragoman.Stores.TableRows;

namespace Dragoman.Stores.Ledger;

/// <summary>What was used, by day and team, in the table of a ledger.</summary>
/// <remarks>
/// A transaction of a batch has no room for the rows of all its days and teams, and each row costs. So whoever asks adds up the entries that
/// were settled since the last question: each step reads entries after a place, and writes the sums together with the new place, on
/// the condition of the row that has it. Entries have one order without gaps, so that nothing is missed and nothing counted twice.
/// </remarks>
/// <param name="partition">The rows of the ledger.</param>
/// <param name="readEntriesAsync">Passes entries on, batch by batch from a number on, until nobody wants more.</param>
/// <param name="allAsync">Reads all rows between two keys.</param>
internal sealed class TableUsage(
    TablePartition partition, Func<long, Func<long, IReadOnlyList<LedgerEntry>, bool>, CancellationToken, Task> readEntriesAsync, Func<string, string, CancellationToken, Task<List<TableRow>>> allAsync)
{
    /// <summary>The row of the place: the number of a batch, and the index of its next entry.</summary>
    private const string PlaceKey = "s";

    private static readonly string TrimmedKeys = $"c,{Hex(TrimmedEntries.Operation)}";

    private const string DayDigits = "yyyyMMdd";

    /// <summary>Days and teams of one step, whose rows are one transaction together with that of the place.</summary>
    private const int MostRowsOfStep = TableTransaction.Most - 1;

    /// <summary>Batches of one step, so that it ends in time.</summary>
    private const int MostBatchesOfStep = 64;

    public async Task<IReadOnlyList<UsageGroup>> AskAsync(UsageQuery query, CancellationToken cancellation)
    {
        query.Check();
        if (!query.IsOfDays || query.By.Concat(query.Where.Keys).Any(dimension => dimension != UsageDimension.Team))
            throw new UsageRefusedException(UsageText.TablesOnlyByDays);
        await CountAsync(cancellation).ConfigureAwait(false);
        return UsageQuery.Checked(await partition.ReadAsync(ending => ReadAsync(query, ending), cancellation).ConfigureAwait(false));
    }

    /// <summary>Adds up all entries that were settled since the last time.</summary>
    /// <returns>The number of the first batch that was not added up.</returns>
    public async Task<long> CountAsync(CancellationToken cancellation)
    {
        while (await partition.ReadAsync(AddUpSomeAsync, cancellation).ConfigureAwait(false))
        {
        }

        var place = await partition.ReadAsync(ending => partition.Rows.FindAsync(PlaceKey, ending), cancellation).ConfigureAwait(false);
        return place is null ? 0 : Number(place.Version);
    }

    /// <returns>Whether there may be more.</returns>
    private async Task<bool> AddUpSomeAsync(CancellationToken ending)
    {
        await partition.ReadVersionAsync(ending).ConfigureAwait(false);
        var place = await partition.Rows.FindAsync(PlaceKey, ending).ConfigureAwait(false);
        var (number, index) = place is null ? (0, 0) : (Number(place.Version), Number(place.Position));
        var (nextNumber, nextIndex, batches, isEnd) = (number, index, 0, true);
        var added = new Dictionary<string, UsageSums>();
        await readEntriesAsync(number, (batch, entries) =>
        {
            for (var at = batch == number ? (int)index : 0; at < entries.Count; at++)
            {
                var key = KeyOf(entries[at]);
                if (added.Count == MostRowsOfStep && !added.ContainsKey(key))
                {
                    (nextNumber, nextIndex, isEnd) = (batch, at, false);
                    return false;
                }

                added[key] = added.GetValueOrDefault(key, UsageSums.None) + UsageSums.Of(entries[at]);
            }

            (nextNumber, nextIndex) = (batch + 1, 0);
            isEnd = ++batches < MostBatchesOfStep;
            return isEnd;
        }, ending).ConfigureAwait(false);
        if (added.Count == 0)
            return !isEnd;

        var found = await Task.WhenAll(added.Keys.Select(key => partition.Rows.FindAsync(key, ending))).ConfigureAwait(false);
        var transaction = partition.Rows.Begin();
        var row = new TableRow { RowKey = PlaceKey, Version = nextNumber, Position = nextIndex };
        if (place is null)
            transaction.Insert(row);
        else
            transaction.Replace(row, place.Tag);
        foreach (var (key, before) in added.Keys.Zip(found))
            transaction.Put(new() { RowKey = key, Json = JsonSerializer.SerializeToUtf8Bytes(added[key] + SumsOf(before), LedgerJson.Compact.UsageSums) });
        await partition.Rows.SubmitAsync(transaction, ending).ConfigureAwait(false);
        return !isEnd;
    }

    private async Task<IReadOnlyList<UsageGroup>> ReadAsync(UsageQuery query, CancellationToken ending)
    {
        var groups = new SortedDictionary<(DateTimeOffset Start, string Team), UsageSums>(
            Comparer<(DateTimeOffset Start, string Team)>.Create((left, right) => left.Start != right.Start ? left.Start.CompareTo(right.Start) : Utf8Order.Instance.Compare(left.Team, right.Team)));
        void Add(DateTimeOffset day, string team, UsageSums sums)
        {
            if (query.Where.TryGetValue(UsageDimension.Team, out var wanted) && wanted != team)
                return;
            var start = query.Span switch
            {
                UsageSpan.All => default,
                UsageSpan.Month => new(day.Year, day.Month, 1, 0, 0, 0, TimeSpan.Zero),
                _ => day,
            };
            var group = (start, query.By.Count == 0 ? "" : team);
            groups[group] = groups.GetValueOrDefault(group, UsageSums.None) + sums;
        }

        foreach (var row in await allAsync($"u,{DayOf(query.From)}", $"u,{DayOf(query.To)}", ending).ConfigureAwait(false))
        {
            if (row.RowKey.Split(',') is not [_, var day, var team] || !DateTimeOffset.TryParseExact(day, DayDigits, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start))
                throw Malformed();
            Add(start, Text(team), SumsOf(row));
        }

        // Corrections are few, and have no place in the order of entries.
        foreach (var row in await allAsync("c,", $"c,{AfterHex}", ending).ConfigureAwait(false))
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(Number(row.Time));
            // What removed entries did cost is in the sums of their days.
            if (!row.RowKey.StartsWith(TrimmedKeys, StringComparison.Ordinal) && at >= query.From && at < query.To)
                Add(new(at.UtcDateTime.Date, TimeSpan.Zero), "", UsageSums.OfAdjustment(Number(row.Amount)));
        }

        return [.. groups.Select(group => new UsageGroup(
            query.Span == UsageSpan.All ? null : group.Key.Start,
            query.By.Count == 0 ? [] : [group.Key.Team.Length == 0 ? null : group.Key.Team],
            group.Value))];
    }

    private static string KeyOf(LedgerEntry entry) => $"u,{DayOf(entry.At)},{Hex(entry.Team ?? "")}";

    private static string DayOf(DateTimeOffset time) => time.UtcDateTime.ToString(DayDigits, CultureInfo.InvariantCulture);

    private static UsageSums SumsOf(TableRow? row)
    {
        if (row is null)
            return UsageSums.None;
        try
        {
            return JsonSerializer.Deserialize(row.Json ?? throw Malformed(), LedgerJson.Compact.UsageSums) ?? throw Malformed();
        }
        catch (JsonException)
        {
            throw Malformed();
        }
    }
}
