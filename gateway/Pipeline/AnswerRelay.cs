using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Providers;
using Dragoman.Wire;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Pipeline;

/// <summary>
/// Step 8: carries one provider's answer to the client. Until the answer has begun nothing is sent, so that a failure
/// can still become a status or another target's turn; afterwards a failure is the dialect's own last word.
/// </summary>
/// <param name="exchange">Whose response is written.</param>
/// <param name="dialect">The client's dialect.</param>
/// <param name="context">For the dialect.</param>
internal sealed class AnswerRelay(Exchange exchange, IInboundDialect dialect, AnswerContext context)
{
    private static readonly TimeSpan UsageGrace = TimeSpan.FromSeconds(2);

    private readonly ArrayBufferWriter<byte> output = new(1024);

    /// <summary>Bytes have gone to the client; there is no way back.</summary>
    public bool IsCommitted { get; private set; }

    /// <summary>Streams the answer.</summary>
    /// <exception cref="GatewayException">The answer failed before it began.</exception>
    public async Task StreamAsync(HttpResponseMessage upstream, IAnswerReader reader, AnswerMeter meter, UpstreamClock clock)
    {
        try
        {
            await ReadAsync(upstream, reader, meter, clock, FlushAsync).ConfigureAwait(false);
        }
        catch (GatewayException error) when (IsCommitted)
        {
            meter.Fail(error.Error);
            await FlushAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Collects the answer and sends it as one body.</summary>
    /// <exception cref="GatewayException">The answer failed.</exception>
    public async Task CollectAsync(HttpResponseMessage upstream, IAnswerReader reader, AnswerCollector collector, AnswerMeter meter, UpstreamClock clock)
    {
        await ReadAsync(upstream, reader, meter, clock, () => default).ConfigureAwait(false);
        ThrowIfFailed(meter);
        dialect.WriteAnswer(context, collector.Answer, output);
        IsCommitted = true;
        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }

    /// <summary>The stream's state machine, which writes to what <see cref="StreamAsync"/> flushes.</summary>
    public IAnswerEvents OpenStream() => dialect.OpenStream(context, output);

    private static async Task ReadAsync(HttpResponseMessage upstream, IAnswerReader reader, AnswerMeter meter, UpstreamClock clock, Func<ValueTask> flush)
    {
        try
        {
            // What came decides, not what was asked for (P-47).
            if (upstream.Content.Headers.ContentType?.MediaType == "text/event-stream")
                await ReadStreamAsync(upstream, reader, meter, clock, flush).ConfigureAwait(false);
            else
                await ReadBodyAsync(upstream, reader, meter, clock, flush).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (clock.TimedOut)
        {
            throw new GatewayException(clock.Error, error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException && !clock.Token.IsCancellationRequested)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, "The connection to the provider broke in the middle of the answer.") { Code = "upstream_stream_truncated" }, error);
        }
        catch (InvalidDataException error)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, $"The provider's answer cannot be read: {error.Message}."), error);
        }
    }

    private static async Task ReadBodyAsync(HttpResponseMessage upstream, IAnswerReader reader, AnswerMeter meter, UpstreamClock clock, Func<ValueTask> flush)
    {
        var body = await upstream.ReadBodyAsync(UpstreamBody.Largest, clock.Token).ConfigureAwait(false);
        reader.ReadBody(body.Span, meter);
        ThrowIfFailed(meter);
        await flush().ConfigureAwait(false);
    }

    private static async Task ReadStreamAsync(HttpResponseMessage upstream, IAnswerReader reader, AnswerMeter meter, UpstreamClock clock, Func<ValueTask> flush)
    {
        using var events = new SseReader();
        var stream = await upstream.Content.ReadAsStreamAsync(clock.Token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var begun = false;
            while (!meter.IsOver)
            {
                var read = await ReadOnceAsync(stream, events, reader, clock).ConfigureAwait(false);
                events.Advance(read);
                ReadEvents(events, reader, meter, isLast: read == 0);
                if (!begun)
                    ThrowIfFailed(meter);
                begun |= meter.HasBegun;
                if (!begun)
                    continue;
                await flush().ConfigureAwait(false);
                if (reader.IsFinished)
                    clock.AwaitUsage(UsageGrace);
                else
                    clock.AwaitNextRead();
            }
        }
    }

    /// <summary>One read; 0 at the end of the stream, and when token counts did not come in time after the finish.</summary>
    private static async ValueTask<int> ReadOnceAsync(Stream stream, SseReader events, IAnswerReader reader, UpstreamClock clock)
    {
        try
        {
            return await stream.ReadAsync(events.GetMemory(), clock.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (reader.IsFinished && clock.TimedOut)
        {
            return 0;
        }
    }

    private static void ReadEvents(SseReader events, IAnswerReader reader, AnswerMeter meter, bool isLast)
    {
        while (!meter.IsOver && events.TryRead(out var name, out var data))
            reader.ReadEvent(name, data, meter);
        if (!isLast || meter.IsOver)
            return;
        if (events.TryReadLast(out var lastName, out var lastData))
            reader.ReadEvent(lastName, lastData, meter);
        reader.Complete(meter);
    }

    private static void ThrowIfFailed(AnswerMeter meter)
    {
        if (meter.Error is { } error)
            throw new GatewayException(error);
    }

    private async ValueTask FlushAsync()
    {
        if (output.WrittenCount == 0)
            return;
        var response = exchange.Http.Response;
        if (!IsCommitted)
        {
            IsCommitted = true;
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = dialect.StreamContentType;
            response.Headers.CacheControl = "no-cache";
            // Says to any proxy on the way what our own front is told by its file.
            response.Headers["X-Accel-Buffering"] = "no";
        }

        await response.BodyWriter.WriteAsync(output.WrittenMemory, exchange.Http.RequestAborted).ConfigureAwait(false);
        output.ResetWrittenCount();
    }
}
