using System.Runtime.CompilerServices;

namespace Dragoman.Pipeline;

/// <summary>
/// Reads a provider's stream as it arrives, and detects when the next part is already available, so that the output of several
/// parts can be sent together.
/// </summary>
internal sealed class UpstreamReads(Stream stream, CancellationToken cancellation) : IAsyncDisposable
{
    /// <summary>The fewest bytes of a read after which more may be available. Single tokens are smaller, and are sent without a check.</summary>
    private const int Burst = 2048;

    private int last;
    private int? there;
    private Task<int>? ahead;

    /// <summary>Whether more has already arrived. It never waits, and is always false after a small read.</summary>
    /// <param name="memory">Filled by the read that the next <see cref="ReadAsync"/> reports; must not change until then.</param>
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

    /// <summary>Reads once.</summary>
    /// <param name="memory">The same memory as for <see cref="HasMore"/>, if that was called before.</param>
    /// <returns>The number of bytes; 0 at the end.</returns>
    /// <remarks>It waits once for each single token, so it uses a pooled task and allocates nothing.</remarks>
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

    /// <summary>Closes the stream; when this returns, nothing writes to the memory any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        if (ahead is not null)
            await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
