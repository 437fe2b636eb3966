using System.Diagnostics;

namespace Dragoman.Attack.Tools;

/// <summary>
/// Asks <c>/health</c> of a process under attack and of one that rests, side by side. The one that rests waits as long as the
/// machine makes anybody wait, so what the other waits beyond that is the attack's doing.
/// </summary>
internal sealed class HealthWatch : IAsyncDisposable
{
    /// <summary>What a process may make <c>/health</c> wait under attack, on a machine that makes nobody wait.</summary>
    private static readonly TimeSpan Allowed = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource stop = new();
    private readonly Task<TimeSpan> attacked;
    private readonly Task<TimeSpan> resting;

    /// <param name="attacked">The process under attack.</param>
    /// <param name="resting">One of the same kind that nobody else asks.</param>
    public HealthWatch(Uri attacked, Uri resting)
    {
        this.attacked = Task.Run(() => WatchAsync(attacked));
        this.resting = Task.Run(() => WatchAsync(resting));
    }

    /// <summary>Ends the watch and judges it: 50 ms and three times the worst wait at the process that rests are allowed.</summary>
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
