using System.Buffers;
using System.Runtime.CompilerServices;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Providers;
using Dragoman.Secrets;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>
/// Step 8: carries one provider's answer to the client. Until the answer has begun nothing is sent, so that a failure
/// can still become a status or another target's turn; afterwards a failure is the dialect's own last word. Only a
/// keep-alive may come earlier, once the provider has said that it will answer.
/// </summary>
/// <param name="exchange">Whose response is written.</param>
/// <param name="dialect">The client's dialect.</param>
/// <param name="context">For the dialect.</param>
/// <param name="credentials">Taken out of all that the provider sends.</param>
/// <param name="begins">Called when a streamed answer begins.</param>
internal sealed class AnswerRelay(Exchange exchange, IInboundDialect dialect, AnswerContext context, CredentialScrub credentials, Action begins)
{
    /// <summary>Instead of a number of bytes: the answer is whole, what would have followed is not.</summary>
    private const int Lost = -1;

    /// <summary>An answer in one piece is there as it came, as what it says, and as it goes.</summary>
    private const int TimesWholeAnswer = 3;

    /// <summary>Bytes that are sent at once at most, though more may have come.</summary>
    private const int LargestBatch = 32 * 1024;

    /// <summary>
    /// Bytes of a stream that may be dealt with at once where they came: as much as one read brings when a provider is
    /// fast, some 200 tokens, which take 0.2 ms.
    /// </summary>
    private const int LargestRead = 16 * 1024;

    /// <summary>
    /// Bytes of an answer from which on it is dealt with in the thread pool alone: what dialects keep of it, such as the
    /// arguments of calls, they may write again at its end, which can come with every read. Streams are rarely so long.
    /// </summary>
    private const int LargestKept = 128 * 1024;

    private readonly ArrayBufferWriter<byte> output = new(256);

    /// <summary>Some of the answer has gone to the client; there is no way back.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the answer is judged when it ends, which may take long however short the answer is.</summary>
    public bool Judges { get; init; }

    /// <summary>Whether an answer is a stream of events, by what it says of itself (P-47).</summary>
    public static bool IsStream(HttpResponseMessage upstream) => upstream.Content.Headers.ContentType?.MediaType == "text/event-stream";

    /// <summary>The stream's state machine, which writes to what is flushed after each read.</summary>
    public IAnswerEvents OpenStream() => dialect.OpenStream(context, output);

    /// <summary>The lane without translation, if the client's dialect has one.</summary>
    public IPassThrough? OpenPassThrough() => dialect.OpenPassThrough(context, output);

    /// <summary>Streams the answer.</summary>
    /// <exception cref="GatewayException">The answer failed before it began.</exception>
    public Task StreamAsync(HttpResponseMessage upstream, IAnswerReader reader, AnswerMeter meter, UpstreamClock clock) =>
        StreamAsync(upstream, reader, null, meter, clock);

    /// <summary>Passes the answer through, streamed or not.</summary>
    /// <exception cref="GatewayException">The answer failed before anything was sent.</exception>
    public async Task PassThroughAsync(HttpResponseMessage upstream, IAnswerReader reader, IPassThrough lane, AnswerMeter meter, UpstreamClock clock)
    {
        if (context.Request.Stream)
            await StreamAsync(upstream, reader, lane, meter, clock).ConfigureAwait(false);
        else
            await SendBodyAsync(upstream, reader, lane, meter, clock, () => { }).ConfigureAwait(false);
    }

    /// <summary>Collects the answer and sends it as one body.</summary>
    /// <exception cref="GatewayException">The answer failed.</exception>
    public Task CollectAsync(HttpResponseMessage upstream, IAnswerReader reader, AnswerCollector collector, AnswerMeter meter, UpstreamClock clock) =>
        SendBodyAsync(upstream, reader, null, meter, clock, () => dialect.WriteAnswer(context, collector.Answer, output));

    private async Task StreamAsync(HttpResponseMessage upstream, IAnswerReader reader, IPassThrough? lane, AnswerMeter meter, UpstreamClock clock)
    {
        var stream = new ClientStream(exchange, dialect.StreamContentType, clock);
        await using (stream.ConfigureAwait(false))
        {
            if (!exchange.KeepsItselfAlive)
                clock.TellOfSilence(exchange.Snapshot.Configuration.Limits.KeepAlive, () => stream.KeepAlive(keepAlive => dialect.WriteKeepAlive(context, keepAlive)));
            try
            {
                await ReadAsync(upstream, reader, lane, meter, clock, FlushAsync).ConfigureAwait(false);
            }
            catch (GatewayException error) when (HasBegun)
            {
                meter.Fail(error.Error);
                await FlushAsync().ConfigureAwait(false);
            }
        }

        ValueTask FlushAsync()
        {
            if (output.WrittenCount == 0)
                return default;
            if (!HasBegun)
            {
                HasBegun = true;
                begins();
            }

            return SendAsync(stream);
        }
    }

    private async ValueTask SendAsync(ClientStream stream)
    {
        await stream.SendAsync(output.WrittenMemory).ConfigureAwait(false);
        output.ResetWrittenCount();
    }

    private async Task SendBodyAsync(HttpResponseMessage upstream, IAnswerReader reader, IPassThrough? lane, AnswerMeter meter, UpstreamClock clock, Action write)
    {
        await ReadAsync(upstream, reader, lane, meter, clock, () => default).ConfigureAwait(false);
        ThrowIfFailed(meter);
        await SocketThread.LeaveForAsync(meter.CarriedBytes);
        SocketThread.AssertMayProcess(meter.CarriedBytes);
        write();
        CleanCollected();
        HasBegun = true;
        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }

    /// <summary>What came in pieces of which none held a credential may hold one as a whole.</summary>
    private void CleanCollected()
    {
        var clean = credentials.Clean(output.WrittenMemory);
        if (clean.Equals(output.WrittenMemory))
            return;
        output.ResetWrittenCount();
        output.Write(clean.Span);
    }

    private async Task ReadAsync(HttpResponseMessage upstream, IAnswerReader reader, IPassThrough? lane, AnswerMeter meter, UpstreamClock clock, Func<ValueTask> flush)
    {
        try
        {
            if (IsStream(upstream))
                await ReadStreamAsync(upstream, reader, lane, meter, clock, flush).ConfigureAwait(false);
            else
                await ReadBodyAsync(upstream, reader, lane, meter, clock, flush).ConfigureAwait(false);
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

    private async Task ReadBodyAsync(HttpResponseMessage upstream, IAnswerReader reader, IPassThrough? lane, AnswerMeter meter, UpstreamClock clock, Func<ValueTask> flush)
    {
        var body = await upstream.ReadBodyAsync(meter.MostBytes, credentials, clock.Token, bytes => exchange.Memory.Grow(TimesWholeAnswer * bytes)).ConfigureAwait(false);
        await SocketThread.LeaveForAsync(Judges ? long.MaxValue : body.Length);
        SocketThread.AssertMayProcess(body.Length);
        reader.ReadBody(body.Span, meter);
        ThrowIfFailed(meter);
        lane?.ForwardBody(body.Span);
        await flush().ConfigureAwait(false);
    }

    private async Task ReadStreamAsync(HttpResponseMessage upstream, IAnswerReader reader, IPassThrough? lane, AnswerMeter meter, UpstreamClock clock, Func<ValueTask> flush)
    {
        using var events = new SseReader();
        var reads = new UpstreamReads(await upstream.Content.ReadAsStreamAsync(clock.Token).ConfigureAwait(false), clock.Token);
        await using (reads.ConfigureAwait(false))
        {
            var begun = false;
            while (!meter.IsOver)
            {
                var read = await ReadOnceAsync(reads, events, reader, clock).ConfigureAwait(false);
                events.Advance(Math.Max(read, 0));
                context.PassTime();
                var size = SizeOf(events, meter);
                if (Judges)
                    await SocketThread.LeaveForAsync(size);
                else
                    await SocketThread.LeaveForStreamAsync(size);
                SocketThread.AssertMayProcess(size);
                ReadEvents(events, reader, lane, meter, read);
                if (!begun)
                    ThrowIfFailed(meter);
                begun |= meter.HasBegun;
                if (!begun)
                {
                    // What passes through is not counted before it means something.
                    if (output.WrittenCount > HeldBack.Most)
                        throw new GatewayException(UpstreamBody.TooLarge(HeldBack.Most));
                    continue;
                }

                if (reader.IsFinished)
                    clock.AwaitUsage();
                else
                    clock.AwaitNextRead();
                if (meter.IsOver || output.WrittenCount >= LargestBatch || !reads.HasMore(events.GetMemory()))
                    await flush().ConfigureAwait(false);
            }
        }
    }

    /// <summary>How much may have to be dealt with at once, now that something has come.</summary>
    private long SizeOf(SseReader events, AnswerMeter meter)
    {
        if (Judges)
            return long.MaxValue;
        if (meter.CarriedBytes > LargestKept)
            return meter.CarriedBytes;
        return events.Buffered > LargestRead ? events.Buffered : 0;
    }

    /// <summary>One read; 0 at the end of the stream, <see cref="Lost"/> when after the finish token counts did not come in time or the connection broke.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> ReadOnceAsync(UpstreamReads reads, SseReader events, IAnswerReader reader, UpstreamClock clock)
    {
        try
        {
            return await reads.ReadAsync(events.GetMemory()).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (reader.IsFinished && clock.TimedOut)
        {
            return Lost;
        }
        catch (Exception error) when (error is HttpRequestException or IOException && reader.IsFinished && !clock.Token.IsCancellationRequested)
        {
            return Lost;
        }
    }

    private void ReadEvents(SseReader events, IAnswerReader reader, IPassThrough? lane, AnswerMeter meter, int read)
    {
        while (!meter.IsOver && events.TryRead(out var name, out var data))
            ReadEvent(reader, lane, meter, name, data);
        if (read <= 0 && !meter.IsOver)
        {
            // Half of an event that was cut says nothing.
            if (read != Lost && events.TryReadLast(out var name, out var data))
                ReadEvent(reader, lane, meter, name, data);
            reader.Complete(meter);
        }

        if (meter is { IsOver: true, Error: null })
            lane?.CloseStream();
    }

    private void ReadEvent(IAnswerReader reader, IPassThrough? lane, AnswerMeter meter, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        data = credentials.Clean(data);
        reader.ReadEvent(name, data, meter);
        // A failure has been written in the gateway's own words.
        if (meter.Error is null)
            lane?.ForwardEvent(credentials.Clean(name), data);
    }

    private static void ThrowIfFailed(AnswerMeter meter)
    {
        if (meter.Error is { } error)
            throw new GatewayException(error);
    }
}
