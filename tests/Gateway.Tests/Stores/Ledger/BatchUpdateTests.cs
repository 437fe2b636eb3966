using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

/// <summary>What every store makes of a batch.</summary>
public sealed class BatchUpdateTests
{
    private static readonly DateTimeOffset Before = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly DateTimeOffset After = Before.AddMinutes(1);

    private static readonly ProcessState Process = new(6, Before, IsExpired: false, IsEnded: false);

    private static readonly Holding Known = new(new("b", 100, 40, 30, 5, 0), 25, 3);

    [Fact]
    public void The_answer_has_each_account_of_the_batch_in_its_order()
    {
        var batch = new LedgerBatch("p", 7, After, [new("c", 50, 0, 20), new("b", 100, 0, 25), new("a", 10, 0, 40)], []);
        var update = BatchUpdate.Of(batch, Process, new Dictionary<string, Holding> { ["b"] = Known });
        LedgerAnswer expected = new([new(20, new("c", 50, 20, 0, 0, 0)), new(25, Known.State), new(10, new("a", 10, 10, 0, 0, 0))], IsExpired: false);
        Assert.Equal(expected.Accounts, update.Answer.Accounts);
        Assert.False(update.Answer.IsExpired);
        Assert.Equal(["a", "b", "c"], update.Holdings.Select(holding => holding.State.Account));
        Assert.Equal(new ProcessState(7, After, IsExpired: false, IsEnded: false), update.Process);
        // The same batch once more has the same answer, and an account that is not there yet is like a new one.
        var repeated = BatchUpdate.Repeat(batch, Process with { IsExpired = true }, update.Holdings.Skip(1).ToDictionary(holding => holding.State.Account));
        Assert.Equal([.. expected.Accounts.Take(2), new(0, new("a", 10, 0, 0, 0, 0))], repeated.Accounts);
        Assert.True(repeated.IsExpired);
    }

    /// <summary>The sum of an account's entries is what it has spent, also while it is only assumed.</summary>
    [Fact]
    public void What_is_no_longer_assumed_is_noted_as_an_entry_of_the_lease()
    {
        var own = LedgerEntries.Of("r", 2, "b");
        var update = BatchUpdate.Of(new("p", 7, After, [new("b", 100, 2, 25)], [own]), Process, new Dictionary<string, Holding> { ["b"] = Known });
        Assert.Equal(2, update.Entries.Count);
        var entry = update.Entries[0];
        Assert.True(BatchUpdate.IsOfLease(entry));
        Assert.Equal(("assumed:p", After, "b", -2L), (entry.RequestId, entry.At, Assert.Single(entry.Accounts), entry.Cost));
        Assert.Equal(("", "", "failed", "assumed"), (entry.Model, entry.Dialect, entry.Outcome, entry.Origin));
        Assert.Same(own, update.Entries[1]);
        Assert.False(BatchUpdate.IsOfLease(own));
    }
}
