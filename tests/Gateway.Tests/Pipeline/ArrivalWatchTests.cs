using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Pipeline;

public sealed class ArrivalWatchTests : IDisposable
{
    private readonly ManualTimeProvider clock = new();
    private readonly MemoryShare share;
    private readonly ArrivalWatch watch;
    private int calls;

    public ArrivalWatchTests()
    {
        share = new MemoryShare(100, clock);
        watch = new ArrivalWatch(share, clock, () => calls++);
    }

    public void Dispose() => watch.Dispose();

    [Fact]
    public void What_is_whole_in_time_is_never_looked_at()
    {
        watch.Begin();
        watch.Add(10);
        watch.End();
        clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(0, calls);
        Assert.Null(clock.UntilNextTimer);
    }

    [Fact]
    public void What_stops_is_too_slow_however_much_came_before()
    {
        watch.Begin();
        watch.Add(31 * 1024 * 1024);
        clock.Advance(ArrivalWatch.Interval);
        Assert.Equal(0, calls);

        clock.Advance(ArrivalWatch.Interval);

        Assert.Equal(1, calls);
        Assert.True(watch.IsTooSlow);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, calls);
    }

    [Theory]
    [InlineData(32 * 1024, false)]
    [InlineData(31 * 1024, true)]
    public void A_slow_line_is_fast_enough(int bytesPerSecond, bool isTooSlow)
    {
        watch.Begin();
        for (var second = 0; second < 60; second++)
        {
            watch.Add(bytesPerSecond);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(isTooSlow, watch.IsTooSlow);
    }

    [Fact]
    public void Where_others_wait_for_the_memory_it_has_to_be_faster()
    {
        share.TryTakeFirst(100);
        _ = share.TakeAsync(10, SizeClass.Large, TimeSpan.FromHours(1), CancellationToken.None).AsTask();
        watch.Begin();
        watch.Add(100 * 1024 * 10);

        clock.Advance(ArrivalWatch.Interval);

        Assert.Equal(1, calls);
    }
}
