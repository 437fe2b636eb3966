using Dragoman.Pipeline.Memory;

namespace Dragoman.Gateway.Tests.Pipeline.Memory;

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
        for (var halfSecond = 0; halfSecond < 120; halfSecond++)
        {
            watch.Add(bytesPerSecond / 2);
            clock.Advance(TimeSpan.FromSeconds(0.5));
        }

        Assert.Equal(isTooSlow, watch.IsTooSlow);
    }

    /// <summary>The requests that wait do so for at most twenty seconds.</summary>
    [Theory]
    [InlineData(256 * 1024, false)]
    [InlineData(255 * 1024, true)]
    public void Where_others_wait_for_the_memory_it_has_to_be_faster(int bytesPerSecond, bool isTooSlow)
    {
        watch.Begin();
        share.TryTakeFirst(100);
        _ = share.TakeAsync(10, SizeClass.Large, TimeSpan.FromHours(1), CancellationToken.None).AsTask();

        for (var halfSecond = 0; halfSecond < 15; halfSecond++)
        {
            watch.Add(bytesPerSecond / 2);
            clock.Advance(TimeSpan.FromSeconds(0.5));
        }

        Assert.Equal((isTooSlow, isTooSlow ? 1 : 0), (watch.IsTooSlow, calls));
    }

    [Fact]
    public void It_need_not_have_been_faster_before_others_came()
    {
        watch.Begin();
        clock.Advance(ArrivalWatch.IntervalWhenShort);
        share.TryTakeFirst(100);
        _ = share.TakeAsync(10, SizeClass.Large, TimeSpan.FromHours(1), CancellationToken.None).AsTask();

        clock.Advance(ArrivalWatch.IntervalWhenShort);
        Assert.False(watch.IsTooSlow);

        clock.Advance(ArrivalWatch.IntervalWhenShort);
        Assert.True(watch.IsTooSlow);
    }
}
