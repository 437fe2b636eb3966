using System.Net;
using System.Net.Sockets;
using Dragoman.Connections;

namespace Dragoman.Gateway.Tests.Connections;

public sealed class NameLookupTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim answers = new();
    private int asked;

    public void Dispose()
    {
        answers.Set();
        answers.Dispose();
    }

    [Fact]
    public async Task An_address_is_looked_up_nowhere()
    {
        using var names = Names(1);
        Assert.Equal([IPAddress.Loopback], await names.FindAsync("127.0.0.1", CancellationToken.None));
        Assert.Equal([IPAddress.IPv6Loopback], await names.FindAsync("::1", CancellationToken.None));
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Name_servers_that_say_nothing_take_no_thread_that_serves_requests()
    {
        using var names = Names(1000);
        var waiting = Enumerable.Range(0, 200).Select(index => names.FindAsync($"silent-{index}.test", CancellationToken.None)).ToList();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref asked) == 200, Soon));
        var pool = ThreadPool.ThreadCount;
        // All 200 threads wait, and the pool is as fast as before.
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => { }))).WaitAsync(Soon);
        Assert.True(pool < 150, $"the pool has {pool} threads");
        answers.Set();
        Assert.All(await Task.WhenAll(waiting), found => Assert.Equal([IPAddress.Loopback], found));
    }

    [Fact]
    public async Task All_who_ask_for_a_name_share_one_look_up_and_may_leave()
    {
        using var names = Names(1);
        using var leaves = new CancellationTokenSource();
        var first = names.FindAsync("Name.test", leaves.Token);
        var second = names.FindAsync("name.test", CancellationToken.None);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answers.Set();
        Assert.Equal([IPAddress.Loopback], await second.WaitAsync(Soon));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task There_are_no_more_look_ups_at_once_than_allowed()
    {
        using var names = Names(2);
        var waiting = Enumerable.Range(0, 5).Select(index => names.FindAsync($"{index}.test", CancellationToken.None)).ToList();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref asked) == 2, Soon));
        answers.Set();
        await Task.WhenAll(waiting).WaitAsync(Soon);
        Assert.Equal(5, asked);
    }

    [Fact]
    public async Task A_name_that_was_not_found_is_looked_up_anew()
    {
        using var names = new NameLookup(_ => ++asked == 1 ? throw new SocketException((int)SocketError.HostNotFound) : [IPAddress.Loopback], 1);
        await Assert.ThrowsAsync<SocketException>(() => names.FindAsync("a.test", CancellationToken.None));
        Assert.True(SpinWait.SpinUntil(() => names.FindAsync("a.test", CancellationToken.None) is { IsFaulted: false }, Soon));
    }

    private NameLookup Names(int most) => new(
        _ =>
        {
            Interlocked.Increment(ref asked);
            answers.Wait();
            return [IPAddress.Loopback];
        },
        most);
}
