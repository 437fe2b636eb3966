using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Wire;

public sealed class SocketThreadTests
{
    /// <summary>As the runtime names it; the functional tests see that it does.</summary>
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
    public Task In_the_thread_pool_anything_may_be_dealt_with() => Task.Run(async () =>
    {
        SocketThread.AssertMayProcess(long.MaxValue);
        Assert.True(SocketThread.LeaveForAsync(long.MaxValue).IsCompletedSuccessfully, "there is nothing to leave");
        await SocketThread.LeaveForAsync(long.MaxValue);
    });

    [Fact]
    public async Task What_is_large_leaves_the_socket_thread_and_what_is_small_stays()
    {
        var stays = new TaskCompletionSource<bool>();
        var goesOn = new TaskCompletionSource<bool>();
        var thrown = On(Name, () =>
        {
            stays.SetResult(SocketThread.LeaveForAsync(SocketThread.LargestBody).IsCompletedSuccessfully);
            _ = GoOnAsync();
        });
        Assert.Null(thrown);
        Assert.True(await stays.Task);
        Assert.True(await goesOn.Task);

        async Task GoOnAsync()
        {
            await SocketThread.LeaveForAsync(SocketThread.LargestBody + 1).ConfigureAwait(false);
            SocketThread.AssertMayProcess(long.MaxValue);
            goesOn.SetResult(Thread.CurrentThread.IsThreadPoolThread);
        }
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
