using System.Buffers;

namespace Dragoman.Wire;

/// <summary>
/// Stands between a WebSocket and its connection and can gather several frames into one write. A WebSocket by itself
/// sends each frame in a write of its own.
/// </summary>
public sealed class FrameStream(Stream connection) : Stream
{
    /// <summary>Bytes. A larger buffer, grown for one large message, is dropped after the write.</summary>
    private const int LargestKept = 64 * 1024;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly CancellationTokenSource disposal = new();
    private ArrayBufferWriter<byte> waiting = new(512);
    private ArrayBufferWriter<byte> leaving = new(512);
    private volatile bool gathers;
    private bool wasInterrupted;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Holds frames back from now on, until <see cref="SendGatheredAsync"/>.</summary>
    public void Gather() => gathers = true;

    /// <summary>Sends the frames that were held back; completes when the connection has taken them.</summary>
    public Task SendGatheredAsync()
    {
        gathers = false;
        return SendAsync(default);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (gate)
            waiting.Write(buffer.Span);
        return default;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => gathers ? Task.CompletedTask : SendAsync(cancellationToken);

    /// <summary>A read ends when the stream is disposed: that is how a WebSocket drops a client that answers no ping.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await connection.ReadAsync(buffer, disposal.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!wasInterrupted && !disposal.IsCancellationRequested)
        {
            // A server that is stopping cancels the read once, but keeps the connection open.
            wasInterrupted = true;
            return await connection.ReadAsync(buffer, disposal.Token).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            disposal.Cancel();
            connection.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            lock (gate)
                (waiting, leaving) = (leaving, waiting);
            if (leaving.WrittenCount > 0)
                await connection.WriteAsync(leaving.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            leaving.ResetWrittenCount();
            if (leaving.Capacity > LargestKept)
                leaving = new ArrayBufferWriter<byte>(512);
            turn.Release();
        }
    }
}
