using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Wire;

public sealed class SocketThreadTests
{
    /// <summary>The runtime's name of the thread. The functional tests check that it is this one.</summary>
    private const string Name = ".NET Sockets";

    [Theory]
    [InlineData(Name, SocketThread.LargestBody, false)]
    [InlineData(Name, SocketThread.LargestBody + 1, true)]
    [InlineData("another thread", SocketThread.LargestBody + 1, false)]
    public void Only_what_is_large_may_not_be_dealt_with_on_the_socket_thread(string thread, int length, bool fires)
    {
        var thrown = On(thread, () => SocketThread.AssertMayProcess(length));
        Assert.Equal(fires, thrown is InvalidOperationException);
        Assert.True(fires || thrown is null, thrown?.ToString());
    }

    [Fact]
    public Task In_the_thread_pool_anything_may_be_dealt_with() => Task.Run(() => SocketThread.AssertMayProcess(long.MaxValue));

    /// <summary>Repeats it often, because a method that has left the thread may end before its caller awaits it.</summary>
    [Fact]
    public async Task What_is_large_leaves_the_socket_thread_and_what_is_small_stays()
    {
        const int times = 2000;
        var stays = false;
        var gone = new List<Task<bool>>();
        Assert.Null(On(Name, () =>
        {
            stays = SocketThread.LeaveForAsync(SocketThread.LargestBody).IsCompleted;
            for (var time = 0; time < times; time++)
                gone.Add(LeaveAsync());
        }));
        Assert.True(stays);
        Assert.All(await Task.WhenAll(gone), hasLeft => Assert.True(hasLeft));

        static async Task<bool> LeaveAsync()
        {
            await SocketThread.LeaveForAsync(SocketThread.LargestBody + 1);
            SocketThread.AssertMayProcess(long.MaxValue);
            return LargeWork.IsHere && SocketThread.LeaveForAsync(long.MaxValue).IsCompleted;
        }
    }

    /// <summary>New connections begin in the thread pool, and must not wait there for work on large bodies.</summary>
    [Fact]
    public Task What_is_large_leaves_the_thread_pool_too() => Task.Run(async () =>
    {
        await SocketThread.LeaveForAsync(SocketThread.LargestBody);
        Assert.True(Thread.CurrentThread.IsThreadPoolThread);
        await SocketThread.LeaveForAsync(SocketThread.LargestBody + 1);
        Assert.True(LargeWork.IsHere);
    });

    [Fact]
    public async Task A_long_stream_goes_on_in_the_thread_pool_wherever_it_comes_from()
    {
        var gone = new List<Task<bool>>();
        Assert.Null(On(Name, () =>
        {
            Assert.True(SocketThread.LeaveForStreamAsync(SocketThread.LargestBody).GetAwaiter().IsCompleted);
            gone.Add(LeaveAsync());
        }));
        Assert.True(await gone[0]);

        static async Task<bool> LeaveAsync()
        {
            await SocketThread.LeaveForStreamAsync(SocketThread.LargestBody + 1);
            var isPoolThread = Thread.CurrentThread.IsThreadPoolThread && SocketThread.LeaveForStreamAsync(long.MaxValue).GetAwaiter().IsCompleted;
            await SocketThread.LeaveForAsync(long.MaxValue);
            await SocketThread.LeaveForStreamAsync(0);
            return isPoolThread && Thread.CurrentThread.IsThreadPoolThread;
        }
    }

    [Fact]
    public async Task What_flows_with_a_request_flows_on()
    {
        var flowing = new AsyncLocal<string> { Value = "request" };
        await Task.Run(async () =>
        {
            await SocketThread.LeaveForAsync(long.MaxValue);
            Assert.Equal("request", flowing.Value);
        });
        var told = new TaskCompletionSource<string?>();
        SocketThread.LeaveForAsync(long.MaxValue).OnCompleted(() => told.SetResult(flowing.Value));
        Assert.Equal("request", await told.Task);
    }

    private static Exception? On(string name, Action work)
    {
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(work)) { Name = name, IsBackground = true };
        thread.Start();
        thread.Join();
        return thrown;
    }
}
