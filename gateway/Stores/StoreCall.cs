namespace Dragoman.Stores;

/// <summary>Runs the calls of a store: within their time, again where that can help, and with one exception for a store that is away.</summary>
/// <param name="store">What the store is called in messages, without credentials.</param>
/// <param name="judge">What an exception says about the store.</param>
/// <param name="longest">How long a call may take.</param>
internal sealed class StoreCall(string store, Func<Exception, StoreFailure> judge, TimeSpan longest)
{
    /// <summary>How often a call is sent to a store that does not answer. With the pauses it covers a server's restart of a second.</summary>
    public const int MostTries = 6;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(640);

    /// <param name="work">One try. It gets the number of tries before it, and the token that ends the call.</param>
    /// <param name="cancellation">The caller's token.</param>
    /// <exception cref="StoreUnavailableException">No try succeeded.</exception>
    public async Task<T> RunAsync<T>(Func<int, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        clock.CancelAfter(longest);
        var away = 0;
        Exception? last = null;
        for (var tries = 0; ; tries++)
        {
            try
            {
                // A library may need longer than this to notice that its call was canceled.
                return await work(tries, clock.Token).WaitAsync(clock.Token).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                cancellation.ThrowIfCancellationRequested();
                if (clock.IsCancellationRequested)
                    throw Unavailable($"did not answer within {longest.TotalSeconds:0.#} s", last ?? exception);
                last = exception;
                switch (exception is OperationCanceledException ? StoreFailure.Away : judge(exception))
                {
                    case StoreFailure.None:
                        throw;
                    case StoreFailure.Broken:
                        throw Unavailable("cannot be used", exception);
                    case StoreFailure.Away when ++away == MostTries:
                        throw Unavailable($"did not answer {MostTries} times", exception);
                }
            }

            await PauseAsync(tries, clock.Token).ConfigureAwait(false);
        }
    }

    /// <summary>A random pause, which doubles: without it, more writers get less done (specs/stores.md 1).</summary>
    private static async Task PauseAsync(int tries, CancellationToken cancellation)
    {
        var most = Math.Min(LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(tries, 10)));
        var pause = TimeSpan.FromMilliseconds(most * (0.5 + (Random.Shared.NextDouble() / 2)));
        // When the time is over, the next try ends at once and says so.
        await Task.Delay(pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Some libraries add the whole answer to a message, after its first line.</summary>
    private StoreUnavailableException Unavailable(string what, Exception cause) => new($"The {store} {what}: {cause.Message.Split('\n', 2)[0].TrimEnd()}", cause);
}
