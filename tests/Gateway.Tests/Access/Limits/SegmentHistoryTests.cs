using Dragoman.Access.Limits;

namespace Dragoman.Gateway.Tests.Access.Limits;

public sealed class SegmentHistoryTests
{
    [Fact]
    public void It_counts_as_a_simple_list_does()
    {
        var random = new Random(7);
        var history = new SegmentHistory();
        var expected = new SortedDictionary<long, long>();
        var now = 1000L;
        for (var step = 0; step < 20_000; step++)
        {
            now += random.Next(8) == 0 ? random.Next(1, 40) : 0;
            history.Expire(now);
            foreach (var old in expected.Keys.Where(segment => now - segment > Moment.InMinute).ToList())
                expected.Remove(old);
            var segment = now - random.Next(random.Next(1, Moment.InMinute));
            var count = random.Next(1, 9);
            if (random.Next(3) == 0)
            {
                var removed = history.Remove(segment, count);
                Assert.Equal(Math.Min(count, expected.GetValueOrDefault(segment)), removed);
                if (expected.ContainsKey(segment))
                    expected[segment] -= removed;
            }
            else
            {
                history.Add(segment, count);
                expected[segment] = expected.GetValueOrDefault(segment) + count;
            }

            Assert.Equal(expected.Values.Sum(), history.Total);
            Assert.Equal(expected.Select(pair => (pair.Key, pair.Value)), Enumerable.Range(0, history.Length).Select(index => history[index]));
        }
    }

    [Fact]
    public void What_is_in_the_future_counts_as_used_now()
    {
        var history = new SegmentHistory();
        foreach (var segment in (long[])[100, 5000, 6000, 7000])
            history.Add(segment, 1);
        history.Expire(150);
        Assert.Equal((4, 2, (150L, 3L)), (history.Total, history.Length, history[1]));
        history.Expire(150 + Moment.InMinute);
        Assert.Equal(3, history.Total);
        history.Expire(151 + Moment.InMinute);
        Assert.Equal((0, 0), (history.Total, history.Length));
    }

    [Fact]
    public void More_taken_back_than_there_was_is_nothing()
    {
        var history = new SegmentHistory();
        history.Add(1, -5);
        history.Add(2, 3);
        Assert.Equal(-2, history.Total);
        history.DropNegative();
        Assert.Equal((3, 0, 3), (history.Total, history[0].Count, history[1].Count));
    }

    [Fact]
    public void What_is_taken_back_before_it_is_there_leaves_the_rest_alone()
    {
        var history = new SegmentHistory();
        history.Add(10, -5);
        history.Add(20, 4);
        Assert.Equal((0, 0, 3, 1), (history.Remove(10, 3), history.Remove(15, 3), history.Remove(20, 3), history.Remove(20, 3)));
        Assert.Equal((-5, 2, (10L, -5L), (20L, 0L)), (history.Total, history.Length, history[0], history[1]));
        var other = new SegmentHistory();
        other.Add(5, 1);
        other.Add(15, 2);
        other.Add(20, 3);
        history.Add(other);
        Assert.Equal([(5L, 1L), (10L, -5L), (15L, 2L), (20L, 3L)], Enumerable.Range(0, history.Length).Select(index => history[index]));
        Assert.Equal(1, history.Total);
    }

    /// <summary>The space of what has expired is used again, so that a history that is in use does not grow.</summary>
    [Fact]
    public void A_history_needs_no_new_memory_for_ever()
    {
        var history = new SegmentHistory();
        var segment = 0L;
        Pass(1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Pass(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Pass(int segments)
        {
            for (var end = segment + segments; segment < end; segment++)
            {
                history.Expire(segment);
                history.Add(segment, 1);
            }
        }
    }

    [Fact]
    public void It_knows_when_permits_come_back()
    {
        var history = new SegmentHistory();
        history.Add(10, 2);
        history.Add(20, 3);
        Assert.Equal((10L, 10L, 20L, 20L, null), (history.ThatGivesBack(1), history.ThatGivesBack(2), history.ThatGivesBack(3), history.ThatGivesBack(5), history.ThatGivesBack(6)));
        history.Clear();
        Assert.Null(history.ThatGivesBack(1));
    }
}
