using Dragoman.Access.Budgets;

namespace Dragoman.Gateway.Tests.Access.Budgets;

public sealed class PendingEntriesTests
{
    private readonly PendingEntries pending = new();

    [Fact]
    public void So_many_are_kept_in_memory_and_later_ones_in_the_journal_only()
    {
        for (var index = 0; index < PendingEntries.MostInMemory; index++)
            pending.Add(default, new JournalPosition(1, index));
        Assert.Equal((PendingEntries.MostInMemory, 0), (pending.Count, pending.Outside));
        pending.Add(default, new JournalPosition(2, 10));
        pending.Add(default, new JournalPosition(2, 20));
        Assert.Equal((PendingEntries.MostInMemory + 2, 2), (pending.Count, pending.Outside));
        Assert.Equal(new JournalPosition(2, 10), pending.From);
        // It is not in the journal, so that only memory is left.
        pending.Add(default, null);
        Assert.Equal((PendingEntries.MostInMemory + 3, 2), (pending.Count, pending.Outside));
        Assert.False(pending.MustRead);
    }

    [Fact]
    public void What_cannot_be_read_is_given_up_and_counted()
    {
        pending.Recover(7, new JournalPosition(1, 2));
        Assert.True(pending.MustRead);
        pending.Read([default, default], new JournalPosition(1, 9));
        Assert.Equal((7, 5, new JournalPosition(1, 9)), (pending.Count, pending.Outside, pending.From));
        Assert.Equal(5, pending.Lose());
        Assert.Equal((2, 0), (pending.Count, pending.Outside));
        Assert.Equal(0, pending.Lose());
    }
}
