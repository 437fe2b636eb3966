using Dragoman.Bench.Load;
using Xunit;

namespace Dragoman.Bench.Tests.Load;

public class ArrivalsTests
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(10);

    private readonly ManualClock clock = new();

    [Fact]
    public async Task RequestsAreSentWhenTheyAreDue()
    {
        var sentAt = new List<double>();
        var times = await RunAsync(5, () =>
        {
            sentAt.Add(clock.Now.TotalMilliseconds);
            return Task.CompletedTask;
        });
        Assert.Equal([0, 10, 20, 30, 40], sentAt);
        Assert.All(times.Times, time => Assert.Equal(TimeSpan.Zero, time));
        Assert.Equal(4 * Every, times.Took);
    }

    [Fact]
    public async Task AnAnswerThatTakesLongDelaysNoOtherRequest()
    {
        var sentAt = new List<double>();
        var slow = new TaskCompletionSource();
        var running = RunAsync(4, () =>
        {
            sentAt.Add(clock.Now.TotalMilliseconds);
            return sentAt.Count == 1 ? slow.Task : Task.CompletedTask;
        });
        Assert.Equal([0, 10, 20, 30], sentAt);
        clock.Advance(TimeSpan.FromMilliseconds(70));
        slow.SetResult();
        var times = await running;
        Assert.Equal([100, 0, 0, 0], times.Times.Select(time => time.TotalMilliseconds));
        Assert.Equal(100, times.Took.TotalMilliseconds);
    }

    [Fact]
    public async Task AWaitBeforeSendingCountsFromWhenTheRequestWasDue()
    {
        var count = 0;
        var times = await RunAsync(6, () =>
        {
            // The second request blocks the generator itself, as a server that accepts no connection would.
            if (++count == 2)
                clock.Advance(TimeSpan.FromMilliseconds(35));
            return Task.CompletedTask;
        });
        Assert.Equal([0, 35, 25, 15, 5, 0], times.Times.Select(time => time.TotalMilliseconds));
    }

    [Fact]
    public async Task AFailureIsTold() =>
        await Assert.ThrowsAsync<WrongAnswerException>(() => RunAsync(2, () => Task.FromException(new WrongAnswerException("no", default))));

    [Fact]
    public async Task ACancelledRunLetsNoMoreArrive()
    {
        using var stop = new CancellationTokenSource();
        var sent = 0;
        await Assert.ThrowsAsync<OperationCanceledException>(() => new Arrivals(clock, clock.Advance).RunAsync(100, Every, () =>
        {
            if (++sent == 3)
                stop.Cancel();
            return Task.CompletedTask;
        }, stop.Token));
        Assert.Equal(3, sent);
    }

    private Task<ArrivalTimes> RunAsync(int count, Func<Task> ask) => new Arrivals(clock, clock.Advance).RunAsync(count, Every, ask, CancellationToken.None);

    private sealed class ManualClock : TimeProvider
    {
        public TimeSpan Now { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public void Advance(TimeSpan by) => Now += by;
    }
}
