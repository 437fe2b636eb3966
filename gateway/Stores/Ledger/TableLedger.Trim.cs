using static Dragoman.Stores.TableKey;
using static Dragoman.Stores.TableRows;

namespace Dragoman.Stores.Ledger;

/// <summary>Removes old entries, batch by batch from the oldest one on. An entry that was settled late waits for the batches before its own.</summary>
/// <remarks>Positions of the entries that stay in a batch change, which somebody who is reading that very batch may notice.</remarks>
public sealed partial class TableLedger
{
    /// <summary>Requests whose rows of the index are asked for at once.</summary>
    private const int IdsAtOnce = 20;

    private string AllParts => table.Between("e,", $"e,{AfterHex}");

    public async Task<int> TrimAsync(DateTimeOffset before, int take, CancellationToken cancellation = default)
    {
        var counted = await usage.CountAsync(cancellation).ConfigureAwait(false);
        var removed = 0;
        while (removed < take && await WriteAsync(ending => TrimOldestAsync(before, take - removed, counted, ending), cancellation).ConfigureAwait(false) is > 0 and var some)
            removed += some;
        return removed;
    }

    /// <summary>
    /// Removes what is old in the oldest batch, in one transaction with the corrections that keep the sums. It has room for them: a batch has
    /// up to <see cref="LedgerLimits.MostAccounts"/> accounts, with two rows each.
    /// </summary>
    /// <returns>The number of entries; 0 if nothing in that batch is old, or usage by day has not seen it yet.</returns>
    private async Task<int> TrimOldestAsync(DateTimeOffset before, int take, long counted, CancellationToken ending)
    {
        await partition.ReadVersionAsync(ending).ConfigureAwait(false);
        var rows = await table.QueryAsync(AllParts, 1, ending).ConfigureAwait(false);
        if (rows.Count == 0 || Number(rows[0].Version) >= counted)
            return 0;
        var number = Number(rows[0].Version);
        if (Number(rows[0].Position) is > 1 and var count)
            rows = [.. (await table.QueryAsync(AllParts, (int)count, ending).ConfigureAwait(false)).TakeWhile(row => Number(row.Version) == number)];
        var (kept, removed, sums) = Divide(EntriesOf(rows), before, take);
        if (removed.Count == 0)
            return 0;

        await RemoveIndexAsync(removed.Select(entry => entry.RequestId).Except(kept.Select(entry => entry.RequestId)), number, kept.Count == 0, ending).ConfigureAwait(false);
        var transaction = table.Begin();
        var parts = PartsOf(number, kept);
        for (var index = 0; index < Math.Max(rows.Count, parts.Count); index++)
        {
            if (index >= parts.Count)
                transaction.Delete(rows[index].RowKey, rows[index].Tag);
            else if (index >= rows.Count)
                transaction.Insert(parts[index]);
            else
                transaction.Replace(parts[index], rows[index].Tag);
        }

        foreach (var (account, sum) in sums)
        {
            var operation = TrimmedEntries.Operation + account;
            var found = await table.FindAsync(CorrectionKey(operation), ending).ConfigureAwait(false);
            var amount = sum + Number(found?.Amount ?? 0);
            var row = new TableRow { RowKey = CorrectionKey(operation), Id = Hex(account), Amount = amount, Time = before.ToUnixTimeMilliseconds(), Reason = TrimmedEntries.Reason };
            if (found is null)
                transaction.Insert(row);
            else
                transaction.Replace(row, found.Tag);
            transaction.Put(new() { RowKey = CorrectedKey(account, operation), Amount = amount });
        }

        await table.SubmitAsync(transaction, ending).ConfigureAwait(false);
        return removed.Count;
    }

    /// <summary>Entries that stay, those that go, and what the latter have cost each account.</summary>
    /// <param name="entries">Those of a batch.</param>
    /// <param name="before">Older ones go.</param>
    /// <param name="take">The most that go.</param>
    private static (List<LedgerEntry> Kept, List<LedgerEntry> Removed, Dictionary<string, long> Sums) Divide(IReadOnlyList<LedgerEntry> entries, DateTimeOffset before, int take)
    {
        var (kept, removed, sums) = (new List<LedgerEntry>(), new List<LedgerEntry>(), new Dictionary<string, long>());
        foreach (var entry in entries)
        {
            if (entry.At >= before || removed.Count == take)
            {
                kept.Add(entry);
                continue;
            }

            removed.Add(entry);
            if (entry.Cost is not { } cost)
                continue;
            foreach (var account in entry.Accounts)
                sums[account] = sums.GetValueOrDefault(account) + cost;
        }

        return (kept, removed, sums);
    }

    /// <summary>Removes the rows that lead from requests to a batch, before its entries: a row that stayed would lead to nothing for ever.</summary>
    private async Task RemoveIndexAsync(IEnumerable<string> ids, long number, bool isWholeBatch, CancellationToken ending)
    {
        var keys = new List<string>();
        var batches = new Dictionary<string, bool>();
        foreach (var some in ids.Chunk(IdsAtOnce))
        {
            foreach (var (prefix, rows) in await Task.WhenAll(some.Select(ReadIndexAsync)).ConfigureAwait(false))
            {
                foreach (var key in rows)
                {
                    var target = key[prefix.Length..];
                    if (!target.Contains(',', StringComparison.Ordinal))
                    {
                        if (NumberOf(target) == number)
                            keys.Add(key);
                        continue;
                    }

                    var batch = $"b,{target}";
                    if (!batches.TryGetValue(batch, out var isOurs))
                        batches.Add(batch, isOurs = (await table.FindAsync(batch, ending).ConfigureAwait(false))?.Version == number);
                    if (isOurs)
                        keys.Add(key);
                }
            }
        }

        if (isWholeBatch)
            keys.AddRange(batches.Where(batch => batch.Value).Select(batch => batch.Key));
        foreach (var some in keys.Chunk(TableTransaction.Most))
        {
            var transaction = table.Begin();
            foreach (var key in some)
                transaction.Delete(key);
            await table.SubmitAsync(transaction, ending).ConfigureAwait(false);
        }

        async Task<(string Prefix, List<string> Keys)> ReadIndexAsync(string id)
        {
            var prefix = FoundKey(id);
            return (prefix, (await AllAsync(prefix, prefix + AfterHex, ending).ConfigureAwait(false)).ConvertAll(row => row.RowKey));
        }
    }
}
