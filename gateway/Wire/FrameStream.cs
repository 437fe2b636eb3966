using System.Buffers;

namespace Dragoman.Wire;

/// <summary>
/// Between a WebSocket and its connection: while it gathers, frames wait for each other and then leave in one write. The
/// WebSocket itself would send each by itself.
/// </summary>
public sealed class FrameStream(Stream connection) : Stream
{
    /// <summary>Bytes; a buffer that grew beyond it for one large message is not kept.</summary>
    private const int LargestKept = 64 * 1024;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim turn = new(1, 1);
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

    /// <summary>From now on frames wait.</summary>
    public void Gather() => gathers = true;

    /// <summary>Sends what waited; completes when the connection has taken it.</summary>
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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await connection.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!wasInterrupted && !cancellationToken.IsCancellationRequested)
        {
            // A server that is to stop breaks the read off, but not the connection.
            wasInterrupted = true;
            return await connection.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
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
            connection.Dispose();
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
