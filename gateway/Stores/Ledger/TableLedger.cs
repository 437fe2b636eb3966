using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Core;
using static Dragoman.Stores.TableKey;
using static Dragoman.Stores.TableRows;

namespace Dragoman.Stores.Ledger;

/// <summary>A ledger in one table of Azure Table Storage, which costs nothing while nobody uses it.</summary>
/// <remarks>
/// All rows are in one partition, because only the rows of one partition can be written together. A batch replaces the row of its process,
/// those of its accounts and, if it has entries, the one with the number of the last entries, each on the condition of its ETag.
/// The row of an account has all its numbers, so that what was judged is what is written. The row of the process is read before
/// its leases, which change only together with it. The client sends a transaction again whose answer was lost, and then reports a conflict
/// with that transaction itself (specs/stores.md 1). So after every conflict and every failure the number of the process is read again.
/// </remarks>
public sealed partial class TableLedger : ILedgerStore
{
    /// <summary>Bytes of entries in one row: a property has up to 64 KiB (specs/stores.md 1).</summary>
    private const int LargestPart = 60 * 1024;

    /// <summary>Rows that are read at once, each of up to <see cref="LargestPart"/>.</summary>
    private const int PartsPerPage = 64;

    /// <summary>The most rows that the service returns at once.</summary>
    private const int MostRows = 1000;

    /// <summary>How often rows may not fit together before that is a defect.</summary>
    private const int MostStale = 5;

    private readonly TablePartition partition;
    private readonly TableRows table;
    private readonly TableUsage usage;

    /// <summary>Writers of this process wait here in order. More writers that try at once get less done (specs/stores.md 1).</summary>
    private readonly SemaphoreSlim writer = new(1);

    internal TableLedger(TableAddress address)
        : this(address, StoreLimits.LongestCall, null)
    {
    }

    internal TableLedger(TableAddress address, TimeSpan longestCall, Action<ClientOptions>? change)
    {
        partition = new(address, "l", longestCall, change);
        table = partition.Rows;
        usage = new(partition, (from, read, ending) => ReadEntriesAsync(from, long.MaxValue, read, ending), AllAsync);
    }

    public async Task<LedgerAnswer> ExchangeAsync(LedgerBatch batch, CancellationToken cancellation = default)
    {
        LedgerLimits.Check(batch);
        var isIndexed = false;
        return await WriteAsync(async ending =>
        {
            while (true)
            {
                var (version, process) = await ReadProcessAsync(batch.Process, ending).ConfigureAwait(false);
                if (batch.Number > process.State.Number && batch.IsLast && await ReleaseSomeAsync(batch, version, process, ending).ConfigureAwait(false))
                    continue;
                var found = await ReadHoldingsAsync(batch.Process, batch.Accounts.Select(account => account.Account), ending).ConfigureAwait(false);
                if (batch.Number <= process.State.Number)
                    return BatchUpdate.Repeat(batch, process.State, found.ToDictionary(each => each.Key, each => each.Value.Holding));
                if (batch.IsLast)
                {
                    foreach (var (account, holding) in await ReadHoldingsAsync(batch.Process, await LeasedByAsync(batch.Process, MostRows, ending).ConfigureAwait(false), ending).ConfigureAwait(false))
                        found[account] = holding;
                }

                var entries = new List<LedgerEntry>();
                var update = BatchUpdate.Of(batch, process.State, Present(batch.Process, process.State, found, entries));
                entries.AddRange(update.Entries);
                var transaction = table.Begin();
                AddProcess(transaction, batch.Process, process, update.Process);
                foreach (var holding in update.Holdings)
                    AddHolding(transaction, batch.Process, holding, found.TryGetValue(holding.State.Account, out var before) ? before : null);
                var ids = entries.Select(entry => entry.RequestId).Distinct().ToList();
                AddEntries(transaction, entries, version);
                if (ids.Count <= TableTransaction.Most - transaction.Count)
                {
                    foreach (var id in ids)
                        transaction.Insert(new() { RowKey = FoundKey(id, version.Number + 1) });
                }
                else
                {
                    transaction.Insert(new() { RowKey = BatchKey(batch.Process, batch.Number), Version = version.Number + 1 });
                    if (!isIndexed)
                        await IndexAsync(ids, batch, ending).ConfigureAwait(false);
                    isIndexed = true;
                }

                await table.SubmitAsync(transaction, ending).ConfigureAwait(false);
                return update.Answer;
            }
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<AssumedLease>> ExpireAsync(DateTimeOffset before, CancellationToken cancellation = default)
    {
        var names = await partition.ReadAsync(async ending =>
        {
            await partition.ReadVersionAsync(ending).ConfigureAwait(false);
            return (await AllAsync("l,", $"l,{AfterHex}", ending).ConfigureAwait(false)).ConvertAll(row => Text(row.RowKey["l,".Length..]));
        }, cancellation).ConfigureAwait(false);
        var assumed = new List<AssumedLease>();
        var time = DateTimeOffset.FromUnixTimeMilliseconds(before.ToUnixTimeMilliseconds());
        foreach (var name in names)
        {
            // Each transaction of a process with many leases is a call of its own, which takes its time.
            while (await WriteAsync(ending => ExpireSomeAsync(name, time, ending), cancellation).ConfigureAwait(false) is { } some)
                assumed.AddRange(some);
        }

        return assumed;
    }

    public async Task<IReadOnlyList<AccountState>> ReadAsync(IReadOnlyList<string> accounts, CancellationToken cancellation = default)
    {
        LedgerLimits.CheckAccounts(accounts);
        return await partition.ReadAsync(async ending =>
        {
            var rows = await Task.WhenAll(accounts.Select(account => table.FindAsync(AccountKey(account), ending))).ConfigureAwait(false);
            return rows.OfType<TableRow>().Select(StateOf).ToList();
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<AccountState>> ListAsync(string prefix, string? after, int take, CancellationToken cancellation = default)
    {
        LedgerLimits.CheckList(prefix, after, take);
        var first = AccountKey(prefix);
        var last = AccountKey(after ?? "");
        // A range leaves its beginning out, but the prefix itself may be an account.
        var filter = string.CompareOrdinal(last, first) >= 0 ? table.Between(last, first + AfterHex) : table.Between(first, first + AfterHex);
        return await partition.ReadAsync(async ending =>
        {
            var rows = new List<TableRow>();
            if (prefix.Length > 0 && string.CompareOrdinal(last, first) < 0 && await table.FindAsync(first, ending).ConfigureAwait(false) is { } exact)
                rows.Add(exact);
            if (rows.Count < take)
                rows.AddRange(await table.QueryAsync(filter, take - rows.Count, ending).ConfigureAwait(false));
            return rows.ConvertAll(StateOf);
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<LeaseState>> LeasesAsync(CancellationToken cancellation = default) => await partition.ReadAsync(async ending =>
    {
        var rows = await AllAsync("h,", $"h,{AfterHex}", ending).ConfigureAwait(false);
        var names = rows.Select(row => row.RowKey.Split(',')[1]).Distinct().ToList();
        var found = await Task.WhenAll(names.Select(name => table.FindAsync($"p,{name}", ending))).ConfigureAwait(false);
        var until = new Dictionary<string, DateTimeOffset>();
        for (var index = 0; index < names.Count; index++)
            until[names[index]] = Time(Number(found[index]?.Time));
        return rows.ConvertAll(row => row.RowKey.Split(',') is [_, var name, var account]
            ? new LeaseState(Text(name), Text(account), Number(row.Amount), Number(row.Assumed), until[name])
            : throw Malformed());
    }, cancellation).ConfigureAwait(false);

    public async Task<AccountState?> CorrectAsync(LedgerCorrection correction, CancellationToken cancellation = default)
    {
        LedgerLimits.Check(correction);
        return await WriteAsync(async ending =>
        {
            await partition.ReadVersionAsync(ending).ConfigureAwait(false);
            var row = await table.FindAsync(AccountKey(correction.Account), ending).ConfigureAwait(false);
            if (row is null || await table.FindAsync(CorrectionKey(correction.OperationId), ending).ConfigureAwait(false) is not null)
                return row is null ? null : StateOf(row);
            var before = StateOf(row);
            var after = Holding.Correct(before, correction.Amount);
            var applied = after.Settled + after.Excess - before.Settled - before.Excess;
            var transaction = table.Begin();
            transaction.Replace(RowOf(after), row.Tag);
            transaction.Insert(new() { RowKey = CorrectionKey(correction.OperationId), Id = Hex(correction.Account), Amount = applied, Time = correction.At.ToUnixTimeMilliseconds(), Reason = correction.Reason });
            transaction.Insert(new() { RowKey = CorrectedKey(correction.Account, correction.OperationId), Amount = applied });
            await table.SubmitAsync(transaction, ending).ConfigureAwait(false);
            return after;
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<StoredEntry>> EntriesAsync(string? after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckPage(0, take);
        var (number, index) = ParsePosition(after);
        return await partition.ReadAsync(async ending =>
        {
            var page = new List<StoredEntry>();
            await ReadEntriesAsync(number, long.MaxValue, (batch, entries) =>
            {
                for (var place = batch == number ? index + 1 : 0; place < entries.Count && page.Count < take; place++)
                    page.Add(new($"{batch}-{place}", entries[place]));
                return page.Count < take;
            }, ending).ConfigureAwait(false);
            return page;
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<LedgerEntry>> FindAsync(string requestId, CancellationToken cancellation = default)
    {
        StoreLimits.CheckId(requestId);
        return await partition.ReadAsync(async ending =>
        {
            var prefix = FoundKey(requestId);
            var numbers = new SortedSet<long>();
            foreach (var row in await AllAsync(prefix, prefix + AfterHex, ending).ConfigureAwait(false))
            {
                // A batch whose entries were indexed before it was written may not have been written.
                var number = row.RowKey[prefix.Length..].Split(',') is [var process, var batch] ? (await table.FindAsync($"b,{process},{batch}", ending).ConfigureAwait(false))?.Version : NumberOf(row.RowKey[prefix.Length..]);
                if (number is { } known)
                    numbers.Add(known);
            }

            var attempts = new List<LedgerEntry>();
            foreach (var number in numbers)
            {
                await ReadEntriesAsync(number, number, (_, entries) =>
                {
                    attempts.AddRange(entries.Where(entry => entry.RequestId == requestId));
                    return false;
                }, ending).ConfigureAwait(false);
            }

            return attempts.OrderBy(entry => entry.Attempt).ToList();
        }, cancellation).ConfigureAwait(false);
    }

    public async Task<long> AddUpAsync(string account, CancellationToken cancellation = default)
    {
        StoreLimits.CheckId(account);
        var sum = 0L;
        for (long? next = 0; next is { } first;)
        {
            (var add, next) = await partition.ReadAsync(async ending =>
            {
                var (page, last, batches) = (0L, first, 0);
                await ReadEntriesAsync(first, long.MaxValue, (number, entries) =>
                {
                    page += entries.Where(entry => entry.Accounts.Contains(account)).Sum(entry => entry.Cost ?? 0);
                    last = number;
                    return ++batches < PartsPerPage;
                }, ending).ConfigureAwait(false);
                return (page, batches == PartsPerPage ? last + 1 : (long?)null);
            }, cancellation).ConfigureAwait(false);
            sum += add;
        }

        var prefix = CorrectedKey(account);
        return sum + await partition.ReadAsync(async ending => (await AllAsync(prefix, prefix + AfterHex, ending).ConfigureAwait(false)).Sum(row => Number(row.Amount)), cancellation).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<UsageGroup>> UsageAsync(UsageQuery query, CancellationToken cancellation = default) => usage.AskAsync(query, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>One call that writes, after the others of this process.</summary>
    private Task<T> WriteAsync<T>(Func<CancellationToken, Task<T>> write, CancellationToken cancellation) => partition.CallAsync(async (tries, ending) =>
    {
        await writer.WaitAsync(ending).ConfigureAwait(false);
        try
        {
            await partition.PrepareAsync(ending).ConfigureAwait(false);
            return await write(ending).ConfigureAwait(false);
        }
        catch (LedgerInvariantException error) when (tries < MostStale)
        {
            // The rows are read one after the other, and another process has changed some in between. The write would have been refused.
            throw new RequestFailedException(412, error.Message, error);
        }
        finally
        {
            writer.Release();
        }
    }, cancellation);

    private async Task<((long Number, ETag Tag) Version, (ProcessState State, ETag? Tag) Process)> ReadProcessAsync(string process, CancellationToken ending)
    {
        var reading = partition.ReadVersionAsync(ending);
        var row = await table.FindAsync(ProcessKey(process), ending).ConfigureAwait(false);
        var version = await reading.ConfigureAwait(false);
        return (version, row is null ? (ProcessState.New, null) : (new(Number(row.Version), Time(Number(row.Time)), row.IsExpired == true, row.IsEnded == true), row.Tag));
    }

    private async Task<Dictionary<string, (Holding Holding, ETag Tag)>> ReadHoldingsAsync(string process, IEnumerable<string> accounts, CancellationToken ending)
    {
        var found = new Dictionary<string, (Holding, ETag)>();
        var rows = await Task.WhenAll(accounts.Select(async account =>
        {
            var lease = table.FindAsync(LeaseKey(process, account), ending);
            return (Account: await table.FindAsync(AccountKey(account), ending).ConfigureAwait(false), Lease: await lease.ConfigureAwait(false));
        })).ConfigureAwait(false);
        foreach (var (account, lease) in rows)
        {
            if (account is not null)
                found.Add(StateOf(account).Account, (new(StateOf(account), lease is null ? 0 : Number(lease.Amount), lease is null ? 0 : Number(lease.Assumed)), account.Tag));
        }

        return found;
    }

    private async Task<List<string>> LeasedByAsync(string process, int take, CancellationToken ending, string condition = "")
    {
        var prefix = LeaseKey(process, "");
        var rows = await table.QueryAsync(table.Between(prefix, prefix + AfterHex) + condition, take, ending).ConfigureAwait(false);
        return rows.ConvertAll(row => Text(row.RowKey[prefix.Length..]));
    }

    /// <summary>Gives back leases before the last batch of a process, if they are more than a transaction can change with that batch.</summary>
    /// <returns>Whether it has given back some.</returns>
    private async Task<bool> ReleaseSomeAsync(LedgerBatch batch, (long Number, ETag Tag) version, (ProcessState State, ETag? Tag) process, CancellationToken ending)
    {
        var ofBatch = batch.Accounts.Select(account => account.Account).ToHashSet();
        var others = (await LeasedByAsync(batch.Process, 3 * LedgerLimits.MostAccounts, ending).ConfigureAwait(false)).Where(account => !ofBatch.Contains(account)).ToList();
        if (others.Count <= LedgerLimits.MostAccounts - ofBatch.Count)
            return false;
        LedgerLimits.CheckNext(batch, process.State.Number);
        var found = await ReadHoldingsAsync(batch.Process, others.Take(LedgerLimits.MostAccounts), ending).ConfigureAwait(false);
        var entries = new List<LedgerEntry>();
        var transaction = table.Begin();
        AddProcess(transaction, batch.Process, process, process.State);
        foreach (var (account, before) in Present(batch.Process, process.State, found, entries))
        {
            var after = before.Release();
            BatchUpdate.AddAssumed(entries, batch.Process, process.State.Until, before, after);
            AddHolding(transaction, batch.Process, after, found[account]);
        }

        AddAssumedEntries(transaction, entries, version);
        await table.SubmitAsync(transaction, ending).ConfigureAwait(false);
        return true;
    }

    /// <summary>Expires some leases of a process.</summary>
    /// <returns>What was assumed; null if nothing is left to do.</returns>
    private async Task<IReadOnlyList<AssumedLease>?> ExpireSomeAsync(string name, DateTimeOffset before, CancellationToken ending)
    {
        var (version, process) = await ReadProcessAsync(name, ending).ConfigureAwait(false);
        // Of two that expire it at once, one finds here that the other has finished.
        if ((!process.State.IsOver && process.State.Until >= before) || await table.FindAsync(AliveKey(name), ending).ConfigureAwait(false) is null)
            return null;
        var accounts = await LeasedByAsync(name, LedgerLimits.MostAccounts, ending, " and B gt 0L").ConfigureAwait(false);
        var found = await ReadHoldingsAsync(name, accounts, ending).ConfigureAwait(false);
        var assumed = new List<AssumedLease>();
        var entries = new List<LedgerEntry>();
        var transaction = table.Begin();
        // One that has ended before all of its leases were expired has given the rest back.
        AddProcess(transaction, name, process, process.State with { IsExpired = true });
        foreach (var account in accounts)
        {
            var holding = found[account];
            var after = holding.Holding.Expire();
            BatchUpdate.AddAssumed(entries, name, process.State.Until, holding.Holding, after);
            AddHolding(transaction, name, after, holding);
            assumed.Add(new(name, account, after.Assumed));
        }

        if (accounts.Count < LedgerLimits.MostAccounts)
            transaction.Delete(AliveKey(name));
        AddAssumedEntries(transaction, entries, version);
        await table.SubmitAsync(transaction, ending).ConfigureAwait(false);
        return assumed;
    }

    /// <summary>What a process holds. A lease of an expired process that was not reached by the expiry yet is expired now.</summary>
    private static Dictionary<string, Holding> Present(string name, ProcessState process, Dictionary<string, (Holding Holding, ETag Tag)> found, List<LedgerEntry> entries)
    {
        var present = new Dictionary<string, Holding>();
        foreach (var (account, (holding, _)) in found)
        {
            present[account] = process.IsExpired && holding.Lease > 0 ? holding.Expire() : holding;
            BatchUpdate.AddAssumed(entries, name, process.Until, holding, present[account]);
        }

        return present;
    }

    /// <summary>Writes the index of entries that do not fit into the transaction of their batch, before it: a row without a batch means nothing.</summary>
    private async Task IndexAsync(List<string> ids, LedgerBatch batch, CancellationToken ending)
    {
        foreach (var part in ids.Chunk(TableTransaction.Most))
        {
            var transaction = table.Begin();
            foreach (var key in part.Select(id => FoundKey(id, batch)).Distinct())
                transaction.Put(new() { RowKey = key });
            await table.SubmitAsync(transaction, ending).ConfigureAwait(false);
        }
    }

    /// <summary>Passes the entries of batches on, from one number to another, until nobody wants more.</summary>
    private async Task ReadEntriesAsync(long from, long to, Func<long, IReadOnlyList<LedgerEntry>, bool> read, CancellationToken ending)
    {
        var after = PartKey(from, -1);
        var parts = new List<TableRow>();
        while (true)
        {
            var rows = await table.QueryAsync(table.Between(after, $"{PartKey(to, -1)},{AfterHex}"), PartsPerPage, ending).ConfigureAwait(false);
            foreach (var row in rows)
            {
                parts.Add(row);
                if (parts.Count < Number(row.Position))
                    continue;
                if (!read(Number(row.Version), EntriesOf(parts)))
                    return;
                parts.Clear();
            }

            if (rows.Count < PartsPerPage)
                return;
            after = rows[^1].RowKey;
        }
    }

    private async Task<List<TableRow>> AllAsync(string after, string before, CancellationToken ending)
    {
        var all = new List<TableRow>();
        while (true)
        {
            var page = await table.QueryAsync(table.Between(after, before), MostRows, ending).ConfigureAwait(false);
            all.AddRange(page);
            if (page.Count < MostRows)
                return all;
            after = page[^1].RowKey;
        }
    }

    /// <summary>The row of a process, and another one while it is alive, so that nobody needs to look at those that have ended.</summary>
    private static void AddProcess(TableTransaction transaction, string name, (ProcessState State, ETag? Tag) before, ProcessState after)
    {
        var row = new TableRow { RowKey = ProcessKey(name), Version = after.Number, Time = after.Until.ToUnixTimeMilliseconds(), IsExpired = after.IsExpired, IsEnded = after.IsEnded };
        if (before.Tag is { } tag)
            transaction.Replace(row, tag);
        else
            transaction.Insert(row);
        if (before.Tag is null && !after.IsEnded)
            transaction.Insert(new() { RowKey = AliveKey(name) });
        if (before.Tag is not null && after.IsEnded && !before.State.IsOver)
            transaction.Delete(AliveKey(name));
    }

    private static void AddHolding(TableTransaction transaction, string process, Holding after, (Holding Holding, ETag Tag)? before)
    {
        if (before is { } found)
            transaction.Replace(RowOf(after.State), found.Tag);
        else
            transaction.Insert(RowOf(after.State));
        if (after.Lease != 0 || after.Assumed != 0)
            transaction.Put(new() { RowKey = LeaseKey(process, after.State.Account), Amount = after.Lease, Assumed = after.Assumed });
        else if (before is { Holding: { Lease: not 0 } or { Assumed: not 0 } })
            transaction.Delete(LeaseKey(process, after.State.Account));
    }

    private static void AddAssumedEntries(TableTransaction transaction, List<LedgerEntry> entries, (long Number, ETag Tag) version)
    {
        AddEntries(transaction, entries, version);
        if (entries.Count > 0)
            transaction.Insert(new() { RowKey = FoundKey(entries[0].RequestId, version.Number + 1) });
    }

    /// <summary>The entries in as few rows as they fit into, under the next number.</summary>
    private static void AddEntries(TableTransaction transaction, List<LedgerEntry> entries, (long Number, ETag Tag) version)
    {
        if (entries.Count == 0)
            return;
        var number = version.Number + 1;
        transaction.Replace(new() { RowKey = TablePartition.VersionRow, Version = number, Schema = StoreSchemaException.Known }, version.Tag);
        foreach (var part in PartsOf(number, entries))
            transaction.Insert(part);
    }

    /// <summary>The rows of a batch's entries; none if it has none.</summary>
    private static List<TableRow> PartsOf(long number, List<LedgerEntry> entries)
    {
        var parts = entries.Count == 0 ? [] : PackedEntries.Pack(entries).Chunk(LargestPart).ToList();
        return [.. parts.Select((part, index) => new TableRow { RowKey = PartKey(number, index), Version = number, Position = parts.Count, Json = part })];
    }

    /// <summary>The entries in all rows of a batch.</summary>
    private static IReadOnlyList<LedgerEntry> EntriesOf(List<TableRow> rows) => PackedEntries.Unpack([.. rows.SelectMany(row => row.Json ?? throw Malformed())]);

    private static TableRow RowOf(AccountState state) =>
        new() { RowKey = AccountKey(state.Account), Limit = state.Limit, Leased = state.Leased, Settled = state.Settled, Assumed = state.Assumed, Excess = state.Excess };

    private static AccountState StateOf(TableRow row) =>
        new(Text(row.RowKey["a,".Length..]), Number(row.Limit), Number(row.Leased), Number(row.Settled), Number(row.Assumed), Number(row.Excess));

    private static string AccountKey(string account) => $"a,{Hex(account)}";

    private static string ProcessKey(string process) => $"p,{Hex(process)}";

    private static string AliveKey(string process) => $"l,{Hex(process)}";

    private static string LeaseKey(string process, string account) => $"h,{Hex(process)},{Hex(account)}";

    private static string PartKey(long number, int index) => index < 0 ? $"e,{number.ToString(Digits, null)}" : $"e,{number.ToString(Digits, null)},{index:00}";

    private static string BatchKey(string process, long number) => $"b,{Hex(process)},{number.ToString(Digits, null)}";

    private static string FoundKey(string requestId) => $"i,{Digest(requestId)},";

    private static string FoundKey(string requestId, long number) => FoundKey(requestId) + number.ToString(Digits, null);

    private static string FoundKey(string requestId, LedgerBatch batch) => $"{FoundKey(requestId)}{Hex(batch.Process)},{batch.Number.ToString(Digits, null)}";

    private static string CorrectionKey(string operation) => $"c,{Hex(operation)}";

    private static string CorrectedKey(string account) => $"d,{Hex(account)},";

    private static string CorrectedKey(string account, string operation) => CorrectedKey(account) + Digest(operation);

    /// <summary>So much of a digest that two ids rarely have the same one. Those that do are told apart by what they lead to.</summary>
    private static string Digest(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));

    private static (long Number, int Index) ParsePosition(string? position)
    {
        if (position is null)
            return (0, -1);
        return position.Split('-') is [var number, var index] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var batch) && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            ? (batch, place)
            : throw new ArgumentException("The position is not one of this ledger.", nameof(position));
    }

    private static long NumberOf(string digits) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Malformed();

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
