using System.Diagnostics;

namespace Dragoman.Attack.Tools;

/// <summary>
/// Calls <c>/health</c> of an attacked process and of an idle one at the same time. The wait at the idle process is caused
/// by the machine, so a longer wait at the other one is caused by the attack.
/// </summary>
internal sealed class HealthWatch : IAsyncDisposable
{
    /// <summary>The longest allowed wait for <c>/health</c> under attack on an idle machine.</summary>
    private static readonly TimeSpan Allowed = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource stop = new();
    private readonly Task<TimeSpan> attacked;
    private readonly Task<TimeSpan> resting;

    /// <param name="attacked">The process under attack.</param>
    /// <param name="resting">An idle process of the same kind, which gets no other requests.</param>
    public HealthWatch(Uri attacked, Uri resting)
    {
        this.attacked = Task.Run(() => WatchAsync(attacked));
        this.resting = Task.Run(() => WatchAsync(resting));
    }

    /// <summary>Ends the watch and judges it: 50 ms plus three times the worst wait at the idle process are allowed.</summary>
    public async Task JudgeAsync(Tally tally, string what)
    {
        await stop.CancelAsync();
        var (worst, rest) = (await attacked, await resting);
        var limit = Allowed + (3 * rest);
        tally.Note($"/health waited {worst.TotalMilliseconds:0} ms at worst while {what}, {rest.TotalMilliseconds:0} ms at a resting process");
        tally.Expect(worst <= limit, $"/health waited {worst.TotalMilliseconds:0} ms while {what}; allowed {limit.TotalMilliseconds:0} ms");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(attacked, resting);
        stop.Dispose();
    }

    private async Task<TimeSpan> WatchAsync(Uri address)
    {
        var worst = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            await Client.GetAsync(address, "/health", TimeSpan.FromSeconds(60));
            var waited = Stopwatch.GetElapsedTime(began);
            worst = waited > worst ? waited : worst;
            await Task.Delay(Pause, CancellationToken.None);
        }

        return worst;
    }
}
