using System.Net;
using System.Net.Sockets;
using Dragoman.Functions.Isolated;
using Dragoman.Gateway.Tests;
using Microsoft.Extensions.Hosting;
using Moq;
using Xunit;

namespace Dragoman.Functions.Tests;

public sealed class HostWatchTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider clock = new();
    private readonly Mock<IHostApplicationLifetime> lifetime = new();
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TcpListener host = new(IPAddress.Loopback, 0);
    private readonly HostWatch watch;

    public HostWatchTests()
    {
        lifetime.Setup(each => each.StopApplication()).Callback(() => stopped.TrySetResult());
        host.Start();
        watch = new HostWatch(new Uri($"http://{host.LocalEndpoint}"), lifetime.Object, clock);
    }

    public void Dispose()
    {
        watch.Dispose();
        host.Dispose();
    }

    [Fact]
    public async Task When_the_host_is_gone_the_worker_is_told_to_end()
    {
        await watch.StartAsync(default);
        var connection = await host.AcceptSocketAsync().WaitAsync(Deadline);

        host.Stop();
        connection.Dispose();

        // Three connections in a row have to fail, a pause apart.
        for (var pause = 0; pause < 3; pause++)
            await PassPauseAsync();
        await stopped.Task.WaitAsync(Deadline);
    }

    [Fact]
    public async Task A_host_that_closes_idle_connections_is_still_there()
    {
        await watch.StartAsync(default);
        for (var time = 0; time < 5; time++)
        {
            (await host.AcceptSocketAsync().WaitAsync(Deadline)).Dispose();
            await PassPauseAsync();
        }

        using var last = await host.AcceptSocketAsync().WaitAsync(Deadline);
        Assert.False(stopped.Task.IsCompleted);
        await watch.StopAsync(default);
        Assert.False(stopped.Task.IsCompleted);
    }

    [Fact]
    public async Task A_host_that_says_something_is_not_taken_for_gone()
    {
        await watch.StartAsync(default);
        using var connection = await host.AcceptSocketAsync().WaitAsync(Deadline);

        await connection.SendAsync(new byte[1000]);
        await watch.StopAsync(default).WaitAsync(Deadline);

        Assert.False(stopped.Task.IsCompleted);
    }

    private async Task PassPauseAsync()
    {
        while (clock.ArmedTimers == 0)
            await Task.Delay(1).WaitAsync(Deadline);
        clock.Advance(Pause);
    }
}
