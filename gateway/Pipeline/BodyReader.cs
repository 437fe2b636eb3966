using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline.Memory;
using Dragoman.Wire;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Pipeline;

/// <summary>Reads a request's body into one array, which has the body's size if that is known, and no faster than memory is available.</summary>
/// <param name="exchange">The exchange whose body is read.</param>
/// <param name="share">The part of the budget that counts the body once it is larger than <see cref="MemoryBudget.Uncounted"/>.</param>
/// <param name="limit">The most bytes of the body.</param>
internal sealed class BodyReader(Exchange exchange, MemoryShare share, int limit)
{
    private const int FirstRoom = 1024;

    private readonly HttpContext http = exchange.Http;
    private byte[] room = [];
    private int count;

    /// <exception cref="GatewayException">The body is too large, arrives too slowly or violates HTTP, or there is no memory for it.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync()
    {
        var announced = http.Request.ContentLength;
        if (announced > limit)
            throw TooLarge();
        try
        {
            // One byte more than announced, so that the read at the end needs no larger array; memory is taken only for bytes that arrive.
            room = new byte[(int)Math.Min(announced ?? FirstRoom, MemoryBudget.Uncounted) + 1];
            while (count < room.Length || room.Length <= MemoryBudget.Uncounted)
            {
                if (count == room.Length)
                    Array.Resize(ref room, Math.Min(2 * room.Length, MemoryBudget.Uncounted + 1));
                if (await ReadOnceAsync(http.RequestAborted).ConfigureAwait(false))
                    return room.AsMemory(0, count);
                if (count > limit)
                    throw TooLarge();
            }

            await ReadLargeAsync(announced).ConfigureAwait(false);
            return room.AsMemory(0, count);
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            throw TooSlow(error);
        }
        catch (IOException error) when (!http.RequestAborted.IsCancellationRequested)
        {
            // Kestrel throws several kinds of IOException for a body that violates HTTP or ends too early. A broken connection
            // cancels RequestAborted instead. Kestrel reads neither the rest of the body nor another request.
            http.Response.Headers.Connection = "close";
            throw new GatewayException(new GatewayError(ErrorKind.InvalidRequest, GatewayText.BodyUnreadable), error);
        }
    }

    private async Task ReadLargeAsync(long? announced)
    {
        var lease = exchange.Memory;
        if (announced is { } whole)
            await lease.ReceiveAsync(whole + 1, http.RequestAborted).ConfigureAwait(false);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        using var watch = new ArrivalWatch(share, exchange.Clock, abort.Cancel);
        watch.Begin();
        var burst = 0;
        try
        {
            do
            {
                if (count == room.Length)
                {
                    // Growing copies everything that has arrived.
                    await SocketThread.LeaveForAsync(count);
                    Grow(lease, announced);
                }

                var before = count;
                if (await ReadOnceAsync(abort.Token).ConfigureAwait(false))
                    return;
                watch.Add(count - before);
                burst += count - before;
                if (burst < SocketThread.LargestBurst)
                    continue;
                // As long as more bytes are available, the reads complete at once and this loop would stay on the socket's thread.
                burst = 0;
                await SocketThread.LeaveForStreamAsync(SocketThread.LargestBurst);
            }
            while (count <= limit);
        }
        catch (OperationCanceledException error) when (watch.IsTooSlow)
        {
            throw TooSlow(error);
        }

        throw TooLarge();
    }

    private void Grow(MemoryLease lease, long? announced)
    {
        var size = announced is { } whole ? (int)whole + 1 : (int)Math.Min(2L * room.Length, limit + 1L);
        if (announced is null && !lease.TryReceive(size))
            throw MemoryBudget.Refusal();
        var larger = GC.AllocateUninitializedArray<byte>(size);
        room.AsSpan(0, count).CopyTo(larger);
        room = larger;
    }

    /// <summary>True at the end of the body.</summary>
    private async ValueTask<bool> ReadOnceAsync(CancellationToken cancellation)
    {
        var read = await http.Request.Body.ReadAsync(room.AsMemory(count), cancellation).ConfigureAwait(false);
        count += read;
        return read == 0;
    }

    private GatewayException TooLarge() =>
        new(new GatewayError(ErrorKind.TooLarge, GatewayText.BodyTooLarge(limit)));

    private GatewayException TooSlow(Exception cause)
    {
        // The rest of the body would be read as the next request.
        http.Response.Headers.Connection = "close";
        return new(new GatewayError(ErrorKind.RequestTimeout, GatewayText.BodyTooSlow) { Code = "request_timeout" }, cause);
    }
}
