using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Pipeline;

/// <summary>
/// A streamed response. Each send waits until the client accepts the bytes, which slows the provider down too. A client that
/// accepts nothing is disconnected (<see cref="Dragoman.Configuration.LimitSettings.StalledClient"/>).
/// </summary>
internal sealed class ClientStream(Exchange exchange, string contentType, UpstreamClock clock) : IAsyncDisposable
{
    /// <summary>Bytes of a large event that are written between two checks of whether the client accepts any.</summary>
    private const int MostAtOnce = 64 * 1024;

    /// <summary>Held while the response is written to, because keep-alives come from another thread.</summary>
    private readonly SemaphoreSlim turn = new(1, 1);

    private Action? cut;

    /// <summary>Sends everything that has arrived since the last send.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        clock.EndSilence();
        var sending = SendInTurnAsync(bytes);
        if (sending.IsCompleted)
        {
            await sending.ConfigureAwait(false);
            return;
        }

        clock.AwaitClient(exchange.Snapshot.Configuration.Limits.StalledClient, cut ??= exchange.Http.Abort);
        try
        {
            await sending.ConfigureAwait(false);
        }
        finally
        {
            clock.ClientTook();
        }

        clock.EndSilence();
    }

    private async ValueTask SendInTurnAsync(ReadOnlyMemory<byte> bytes)
    {
        await turn.WaitAsync(exchange.Http.RequestAborted).ConfigureAwait(false);
        try
        {
            for (; bytes.Length > MostAtOnce; bytes = bytes[MostAtOnce..])
            {
                await WriteAsync(bytes[..MostAtOnce]).ConfigureAwait(false);
                clock.ClientTakes();
            }

            await WriteAsync(bytes).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Sends a keep-alive, unless something else is being sent.</summary>
    public void KeepAlive(Action<IBufferWriter<byte>> write)
    {
        if (!turn.Wait(0))
            return;
        var keepAlive = new ArrayBufferWriter<byte>();
        write(keepAlive);
        _ = SendKeepAliveAsync(keepAlive.WrittenMemory);
    }

    /// <summary>Waits for a keep-alive that is being sent, and prevents further ones.</summary>
    public async ValueTask DisposeAsync() => await turn.WaitAsync().ConfigureAwait(false);

    private async Task SendKeepAliveAsync(ReadOnlyMemory<byte> keepAlive)
    {
        try
        {
            await WriteAsync(keepAlive).ConfigureAwait(false);
        }
        catch (Exception) when (exchange.ClientLeft)
        {
            // The code that sends the answer handles the client's departure.
        }
        finally
        {
            turn.Release();
        }
    }

    private ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var response = exchange.Http.Response;
        if (!response.HasStarted)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = contentType;
            response.Headers.CacheControl = "no-cache";
            // Turns off buffering in every proxy; our own nginx is already configured so.
            response.Headers["X-Accel-Buffering"] = "no";
            RequestCost.WriteOverhead(exchange);
            exchange.Trailer ??= CostTrailer.TryBegin(exchange);
        }

        return exchange.WriteStreamAsync(bytes);
    }
}
