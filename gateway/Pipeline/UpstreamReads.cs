using System.Runtime.CompilerServices;

namespace Dragoman.Pipeline;

/// <summary>
/// Reads a provider's stream as it comes, and knows when the provider is ahead of us: when the next part is there
/// already, so that what was made of several can be sent as one.
/// </summary>
internal sealed class UpstreamReads(Stream stream, CancellationToken cancellation) : IAsyncDisposable
{
    /// <summary>Bytes; tokens that come singly come in less, and are sent before anything else is looked for.</summary>
    private const int Burst = 2048;

    private int last;
    private int? there;
    private Task<int>? ahead;

    /// <summary>Looks whether more has come already; never waits, and never after a small read.</summary>
    /// <param name="memory">Filled by the read that <see cref="ReadAsync"/> will tell of; must stay as it is until then.</param>
    public bool HasMore(Memory<byte> memory)
    {
        if (last < Burst)
            return false;
        var next = stream.ReadAsync(memory, cancellation);
        if (next.IsCompletedSuccessfully)
            there = next.Result;
        else
            ahead = next.AsTask();
        return there is not null;
    }

    /// <summary>One read.</summary>
    /// <param name="memory">The same as for <see cref="HasMore"/>, if that was asked.</param>
    /// <returns>How much was read; 0 at the end.</returns>
    /// <remarks>Waits once for each token that comes singly, and so keeps nothing for the garbage collector.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> memory)
    {
        if (there is { } count)
            last = count;
        else if (ahead is not null)
            last = await ahead.ConfigureAwait(false);
        else
            last = await stream.ReadAsync(memory, cancellation).ConfigureAwait(false);
        there = null;
        ahead = null;
        return last;
    }

    /// <summary>Closes the stream; afterwards nothing writes to the memory any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        if (ahead is not null)
            await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
