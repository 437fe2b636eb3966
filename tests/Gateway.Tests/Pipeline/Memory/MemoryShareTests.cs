using Dragoman.Pipeline.Memory;

namespace Dragoman.Gateway.Tests.Pipeline.Memory;

public class MemoryShareTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly ManualTimeProvider clock = new();
    private readonly MemoryShare share;

    public MemoryShareTests() => share = new MemoryShare(800, clock);

    [Fact]
    public void What_is_taken_is_there_again_when_it_is_given_back()
    {
        Assert.True(share.TryTake(500, SizeClass.Large));
        Assert.False(share.TryTake(101, SizeClass.Large));
        Assert.Equal(500, share.Used);

        share.Return(500);

        Assert.Equal(0, share.Used);
        Assert.True(share.TryTake(600, SizeClass.Large));
    }

    [Fact]
    public void The_larger_leave_room_to_the_smaller()
    {
        Assert.True(share.TryTake(600, SizeClass.Large));
        Assert.False(share.TryTake(1, SizeClass.Large));
        Assert.True(share.TryTake(100, SizeClass.Medium));
        Assert.False(share.TryTake(1, SizeClass.Medium));
        Assert.True(share.TryTake(100, SizeClass.Small));
        Assert.False(share.TryTake(1, SizeClass.Small));
    }

    [Fact]
    public async Task What_never_fits_does_not_wait()
    {
        Assert.Equal(Taking.NeverFits, await Take(601, SizeClass.Large));
        Assert.Equal(Taking.Taken, await Take(601, SizeClass.Medium));
    }

    [Fact]
    public async Task Those_who_wait_are_served_in_their_order()
    {
        share.TryTake(600, SizeClass.Large);
        var first = Take(500, SizeClass.Large);
        var second = Take(100, SizeClass.Large);
        Assert.True(share.IsShort);

        share.Return(200);
        // There is room for the second request, but it is not its turn. A new request has to wait too.
        Assert.False(second.IsCompleted);
        Assert.False(share.TryTake(10, SizeClass.Large));

        share.Return(400);
        Assert.Equal([Taking.Taken, Taking.Taken], await Task.WhenAll(first, second));
        Assert.Equal(600, share.Used);
        Assert.False(share.IsShort);
    }

    [Fact]
    public async Task The_smaller_are_served_first()
    {
        share.TryTake(600, SizeClass.Large);
        var large = Take(300, SizeClass.Large);
        Assert.True(share.TryTake(200, SizeClass.Small));
        var small = Take(200, SizeClass.Small);

        share.Return(200);
        Assert.Equal(Taking.Taken, await small);
        Assert.False(large.IsCompleted);

        share.Return(500);
        Assert.Equal(Taking.Taken, await large);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_allowed()
    {
        share.TryTake(600, SizeClass.Large);
        var waiting = Take(300, SizeClass.Large);
        var behind = Take(100, SizeClass.Medium);

        clock.Advance(Long);

        Assert.Equal(Taking.Short, await waiting);
        Assert.Equal(Taking.Taken, await behind);
        Assert.Equal(700, share.Used);
        Assert.False(share.IsShort);
    }

    [Fact]
    public async Task Whoever_leaves_makes_way_for_those_behind()
    {
        using var left = new CancellationTokenSource();
        share.TryTake(500, SizeClass.Large);
        var waiting = share.TakeAsync(300, SizeClass.Large, Long, left.Token).AsTask();
        var behind = Take(100, SizeClass.Large);
        Assert.False(behind.IsCompleted);

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(Taking.Taken, await behind);
        Assert.Equal(600, share.Used);
    }

    [Fact]
    public async Task No_more_wait_than_can_be_served_in_time()
    {
        share.TryTake(600, SizeClass.Large);
        var waiting = Enumerable.Range(0, 256).Select(_ => Take(1, SizeClass.Large)).ToList();

        Assert.Equal(Taking.Short, await Take(1, SizeClass.Large));

        share.Return(600);
        Assert.All(await Task.WhenAll(waiting), taken => Assert.Equal(Taking.Taken, taken));
    }

    [Fact]
    public void A_request_that_has_begun_goes_before_those_who_wait()
    {
        share.TryTake(600, SizeClass.Large);
        _ = Take(100, SizeClass.Large);

        Assert.True(share.TryTakeFirst(200));
        Assert.False(share.TryTakeFirst(1));
    }

    /// <summary>Requests of all classes arrive, wait, leave and give back at the same time. Never too much is taken, and nothing is lost.</summary>
    [Fact]
    public async Task However_many_take_at_once_the_sum_is_right()
    {
        var real = new MemoryShare(800, TimeProvider.System);
        var taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var round = 0; round < 500; round++)
            {
                var size = (SizeClass)random.Next(SizeClasses.Count);
                var bytes = random.Next(1, (int)real.CeilingOf(size) + 50);
                using var left = new CancellationTokenSource();
                var taking = real.TakeAsync(bytes, size, TimeSpan.FromMilliseconds(random.Next(0, 5)), left.Token).AsTask();
                if (random.Next(4) == 0)
                    await left.CancelAsync();
                try
                {
                    if (await taking != Taking.Taken)
                        continue;
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                Assert.InRange(real.Used, bytes, 800);
                Interlocked.Increment(ref taken);
                if (random.Next(2) == 0)
                    await Task.Yield();
                real.Return(bytes);
            }
        })));

        Assert.Equal(0, real.Used);
        Assert.False(real.IsShort);
        Assert.NotEqual(0, taken);
    }

    private Task<Taking> Take(long bytes, SizeClass size) => share.TakeAsync(bytes, size, Long, CancellationToken.None).AsTask();
}
