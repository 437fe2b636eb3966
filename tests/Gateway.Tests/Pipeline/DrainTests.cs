using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Pipeline;

public class DrainTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider clock = new();

    [Fact]
    public async Task With_nothing_running_there_is_nothing_to_wait_for()
    {
        using var drain = new Drain(clock);
        Assert.True(drain.TryEnter());
        drain.Leave();

        drain.Begin();

        Assert.True(await drain.WaitAsync(Long, CancellationToken.None));
    }

    [Fact]
    public async Task It_waits_for_the_last_that_was_taken_and_takes_no_other()
    {
        using var drain = new Drain(clock);
        drain.TryEnter();
        drain.TryEnter();
        drain.Begin();
        var waiting = drain.WaitAsync(Long, CancellationToken.None);

        Assert.False(drain.TryEnter());
        drain.Leave();
        Assert.False(waiting.IsCompleted);
        drain.Leave();

        Assert.True(await waiting);
        Assert.Equal(0, drain.Running);
    }

    [Fact]
    public async Task It_waits_no_longer_than_it_is_given()
    {
        using var drain = new Drain(clock);
        drain.TryEnter();
        drain.Begin();
        var waiting = drain.WaitAsync(Long, CancellationToken.None);

        clock.Advance(Long);

        Assert.False(await waiting);
    }

    [Fact]
    public async Task A_hurry_ends_the_wait()
    {
        using var drain = new Drain(clock);
        using var hurry = new CancellationTokenSource();
        drain.TryEnter();
        drain.Begin();
        var waiting = drain.WaitAsync(Long, hurry.Token);

        await hurry.CancelAsync();

        Assert.False(await waiting);
        Assert.False(drain.Ending.IsCancellationRequested);
    }

    [Fact]
    public async Task Whoever_enters_while_it_begins_is_either_waited_for_or_refused()
    {
        for (var round = 0; round < 500; round++)
        {
            using var drain = new Drain(TimeProvider.System);
            var begin = Task.Run(drain.Begin);
            var wasOver = false;
            var enter = Task.Run(async () =>
            {
                if (!drain.TryEnter())
                    return;
                await Task.Yield();
                wasOver = await drain.WaitAsync(TimeSpan.Zero, CancellationToken.None);
                drain.Leave();
            });
            await Task.WhenAll(begin, enter);

            Assert.False(wasOver);
            Assert.True(await drain.WaitAsync(Long, CancellationToken.None));
        }
    }
}
