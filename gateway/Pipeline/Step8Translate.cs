using System.Buffers;
using System.Runtime.CompilerServices;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Locales;
using Dragoman.Providers;
using Dragoman.Secrets;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>
/// Step 8: carries one provider's answer to the client. Nothing is sent until the answer has begun, so that a failure before
/// that can still become an error status, or lead to another target. A later failure is reported in the dialect's stream. Only
/// a keep-alive may be sent earlier, once the provider has accepted the request.
/// </summary>
internal sealed class Step8Translate
{
    /// <summary>Instead of a number of bytes: the answer is complete, but what would have followed it is lost.</summary>
    private const int Lost = -1;

    /// <summary>Copies of a whole answer in memory: as received, as parsed, and as sent.</summary>
    private const int TimesWholeAnswer = 3;

    /// <summary>The most bytes that are gathered before they are sent, even if more have arrived.</summary>
    private const int LargestBatch = 32 * 1024;

    /// <summary>
    /// The most bytes of a stream that may be processed on the thread that read them. One read of a fast provider brings so many:
    /// some 200 tokens, which take 0.2 ms.
    /// </summary>
    private const int LargestRead = 16 * 1024;

    /// <summary>
    /// The bytes of an answer above which only the thread pool processes it. Dialects keep parts of an answer, such as the
    /// arguments of calls, and may write them again at its end, which can come with any read. Streams are rarely so long.
    /// </summary>
    private const int LargestKept = 128 * 1024;

    private readonly Exchange exchange;
    private readonly IInboundDialect dialect;
    private readonly AnswerContext context;
    private readonly HttpResponseMessage upstream;
    private readonly UpstreamClock clock;
    private readonly Action begins;
    private readonly Action<Usage> writeCost;

    /// <summary>Removes the provider's credentials from everything that it sends.</summary>
    private readonly CredentialScrub credentials;

    /// <summary>Whether the answer is checked against a schema when it ends, which may take long even for a short answer.</summary>
    private readonly bool isJudged;

    /// <summary>Whether the provider's answer is a stream of events, according to its content type (P-47).</summary>
    private readonly bool isStream;

    private readonly IAnswerReader reader;
    private readonly AnswerMeter meter;

    /// <summary>Forwards the provider's bytes to the client; null when the answer is translated.</summary>
    private readonly IPassThrough? lane;

    /// <summary>Collects an answer that is translated as a whole; null otherwise.</summary>
    private readonly AnswerCollector? collector;

    private readonly ArrayBufferWriter<byte> output = new(256);

    /// <summary>Whether something was read for which there was no client any more.</summary>
    private bool isUnheard;

    /// <summary>Sends bytes in the client's stream; null when nothing may be sent before the answer is complete.</summary>
    private Func<ReadOnlyMemory<byte>, ValueTask>? send;

    /// <param name="client">The recipient of the answer.</param>
    /// <param name="sent">The call that is answered. It is not kept, because it holds the prompt.</param>
    /// <param name="upstream">The provider's answer.</param>
    /// <param name="clock">Limits the waits.</param>
    /// <param name="promptLength">The characters of the prompt, for an estimate.</param>
    /// <param name="begins">Called when a streamed answer begins.</param>
    /// <param name="writeCost">Called with what a whole answer has used, before it is sent.</param>
    public Step8Translate(Recipient client, TargetCall sent, HttpResponseMessage upstream, UpstreamClock clock, int promptLength, Action begins, Action<Usage> writeCost)
    {
        (exchange, dialect, context) = client;
        (this.upstream, this.clock, this.begins, this.writeCost) = (upstream, clock, begins, writeCost);
        credentials = sent.Provider.Credentials;
        isJudged = sent.Call.AnswerSchema is not null;
        isStream = upstream.Content.Headers.ContentType?.MediaType == "text/event-stream";
        reader = sent.OpenAnswer();
        // The form of the answer decides, not the form that was requested: only an answer in the form that the client wants passes through.
        lane = sent.PassesThrough && isStream == context.Request.Stream ? dialect.OpenPassThrough(context, output) : null;
        collector = lane is null && !context.Request.Stream ? new AnswerCollector() : null;
        meter = new AnswerMeter(lane ?? collector ?? dialect.OpenStream(context, output), promptLength, exchange, sent.Provider);
    }

    /// <summary>Whether part of the answer was sent to the client; then no second try is possible.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the answer has ended, with or without an error, and its client was there.</summary>
    public bool IsOver => meter.IsOver && !isUnheard;

    /// <summary>The error that the answer failed with; null when it did not fail.</summary>
    public GatewayError? Error => meter.Error;

    /// <inheritdoc cref="AnswerMeter.FirstEventAfter"/>
    public TimeSpan? FirstEventAfter => meter.FirstEventAfter;

    /// <inheritdoc cref="AnswerMeter.UsageSoFar"/>
    public Usage Usage => meter.UsageSoFar;

    /// <summary>Carries the answer to its end.</summary>
    /// <exception cref="GatewayException">The answer failed before any of it was sent.</exception>
    public Task RunAsync() => context.Request.Stream ? StreamAsync() : SendWholeAsync();

    private async Task StreamAsync()
    {
        var client = new ClientStream(exchange, dialect.StreamContentType, clock);
        send = client.SendAsync;
        await using (client.ConfigureAwait(false))
        {
            if (!exchange.KeepsItselfAlive)
                clock.NotifyOnSilence(exchange.Snapshot.Configuration.Limits.KeepAlive, () => client.KeepAlive(keepAlive => dialect.WriteKeepAlive(context, keepAlive)));
            try
            {
                await ReadAsync().ConfigureAwait(false);
            }
            catch (GatewayException error) when (HasBegun)
            {
                meter.Fail(error.Error);
                await FlushAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Sends what was written, if anything may be sent yet.</summary>
    private ValueTask FlushAsync()
    {
        if (send is null || output.WrittenCount == 0)
            return default;
        if (!HasBegun)
        {
            HasBegun = true;
            begins();
        }

        return SendAsync(send);
    }

    private async ValueTask SendAsync(Func<ReadOnlyMemory<byte>, ValueTask> sendBytes)
    {
        try
        {
            if (!isUnheard)
                await sendBytes(output.WrittenMemory).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (clock.ReadsOn)
        {
            isUnheard = true;
        }

        output.ResetWrittenCount();
    }

    private async Task SendWholeAsync()
    {
        await ReadAsync().ConfigureAwait(false);
        ThrowIfFailed();
        await SocketThread.LeaveForAsync(meter.CarriedBytes);
        SocketThread.AssertMayProcess(meter.CarriedBytes);
        if (collector is not null)
            dialect.WriteAnswer(context, collector.Answer, output);
        CleanCollected();
        HasBegun = true;
        isUnheard = clock.ReadsOn;
        writeCost(meter.UsageSoFar);
        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }

    /// <summary>Cleans the complete answer: a credential may be split over pieces that were clean by themselves.</summary>
    private void CleanCollected()
    {
        var clean = credentials.Clean(output.WrittenMemory);
        if (clean.Equals(output.WrittenMemory))
            return;
        output.ResetWrittenCount();
        output.Write(clean.Span);
    }

    private async Task ReadAsync()
    {
        try
        {
            if (isStream)
                await ReadStreamAsync().ConfigureAwait(false);
            else
                await ReadBodyAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (clock.TimedOut)
        {
            throw new GatewayException(clock.Reason, error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException && !clock.Token.IsCancellationRequested)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.ConnectionBroke) { Code = "upstream_stream_truncated" }, error);
        }
        catch (InvalidDataException error)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.Unreadable(error.Message)), error);
        }
    }

    private async Task ReadBodyAsync()
    {
        var body = await ReadWholeAsync().ConfigureAwait(false);
        await SocketThread.LeaveForAsync(isJudged ? long.MaxValue : body.Length);
        SocketThread.AssertMayProcess(body.Length);
        reader.ReadBody(body.Span, meter);
        ThrowIfFailed();
        lane?.ForwardBody(body.Span);
        await FlushAsync().ConfigureAwait(false);
    }

    private async Task<ReadOnlyMemory<byte>> ReadWholeAsync()
    {
        using var wait = exchange.Waits.Begin();
        return await upstream.ReadBodyAsync(meter.MostBytes, credentials, clock.Token, bytes => exchange.Memory.Grow(TimesWholeAnswer * bytes)).ConfigureAwait(false);
    }

    private async Task ReadStreamAsync()
    {
        using var events = new SseReader();
        var reads = new UpstreamReads(await upstream.Content.ReadAsStreamAsync(clock.Token).ConfigureAwait(false), clock.Token);
        await using (reads.ConfigureAwait(false))
        {
            while (!meter.IsOver)
            {
                var read = await ReadOnceAsync(reads, events).ConfigureAwait(false);
                events.Advance(Math.Max(read, 0));
                context.PassTime();
                var size = SizeOf(events);
                if (isJudged)
                    await SocketThread.LeaveForAsync(size);
                else
                    await SocketThread.LeaveForStreamAsync(size);
                SocketThread.AssertMayProcess(size);
                if (!ReadEvents(events, read))
                    continue;
                if (reader.IsFinished)
                    clock.AwaitUsage();
                else
                    clock.AwaitNextRead();
                if (meter.IsOver || output.WrittenCount >= LargestBatch || !reads.HasMore(events.GetMemory()))
                    await FlushAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The bytes that may have to be processed at once after a read.</summary>
    private long SizeOf(SseReader events)
    {
        if (isJudged)
            return long.MaxValue;
        if (meter.CarriedBytes > LargestKept)
            return meter.CarriedBytes;
        return events.Buffered > LargestRead ? events.Buffered : 0;
    }

    /// <summary>
    /// Reads once. 0 at the end of the stream; <see cref="Lost"/> when the answer had finished, but its token counts did not come in
    /// time or the connection broke.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadOnceAsync(UpstreamReads reads, SseReader events)
    {
        try
        {
            if (HasBegun)
                return await reads.ReadAsync(events.GetMemory()).ConfigureAwait(false);
            using var wait = exchange.Waits.Begin();
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

    /// <summary>Processes the events that have arrived; false while none of them has content for the client.</summary>
    /// <exception cref="GatewayException">The answer failed before it had content, or is too long without content.</exception>
    private bool ReadEvents(SseReader events, int read)
    {
        var hadContent = meter.HasContent;
        while (!meter.IsOver && events.TryRead(out var name, out var data))
            ReadEvent(name, data);
        if (read <= 0 && !meter.IsOver)
        {
            // An event that was cut off is not read.
            if (read != Lost && events.TryReadLast(out var name, out var data))
                ReadEvent(name, data);
            reader.Complete(meter);
        }

        if (meter is { IsOver: true, Error: null })
            lane?.CloseStream();
        if (!hadContent)
            ThrowIfFailed();
        // An answer that passes through is not counted before it has content.
        if (!meter.HasContent && output.WrittenCount > HeldBack.Most)
            throw new GatewayException(UpstreamBody.TooLarge(HeldBack.Most));
        return meter.HasContent;
    }

    private void ReadEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        data = credentials.Clean(data);
        reader.ReadEvent(name, data, meter);
        // The dialect has already written a failure itself, so the provider's event is not forwarded.
        if (meter.Error is null)
            lane?.ForwardEvent(credentials.Clean(name), data);
    }

    private void ThrowIfFailed()
    {
        if (meter.Error is { } error)
            throw new GatewayException(error);
    }
}
