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
/// Step 8: carries one provider's answer to the client; everything about that one answer is here. Until the answer has begun
/// nothing is sent, so that a failure can still become a status or another target's turn; afterwards a failure is the
/// dialect's own last word. Only a keep-alive may come earlier, once the provider has said that it will answer.
/// </summary>
internal sealed class Step8Translate
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

    private readonly Exchange exchange;
    private readonly IInboundDialect dialect;
    private readonly AnswerContext context;
    private readonly HttpResponseMessage upstream;
    private readonly UpstreamClock clock;
    private readonly Action begins;

    /// <summary>Taken out of all that the provider sends.</summary>
    private readonly CredentialScrub credentials;

    /// <summary>Whether the answer is judged when it ends, which may take long however short the answer is.</summary>
    private readonly bool isJudged;

    /// <summary>Whether the provider's answer is a stream of events, by what it says of itself (P-47).</summary>
    private readonly bool isStream;

    private readonly IAnswerReader reader;
    private readonly AnswerMeter meter;

    /// <summary>The provider's own bytes go to the client; null: the answer is translated.</summary>
    private readonly IPassThrough? lane;

    /// <summary>Gathers an answer that is translated as a whole; null otherwise.</summary>
    private readonly AnswerCollector? collector;

    private readonly ArrayBufferWriter<byte> output = new(256);

    /// <summary>Sends bytes in the client's stream; null where nothing may be sent before the answer is whole.</summary>
    private Func<ReadOnlyMemory<byte>, ValueTask>? send;

    /// <param name="client">Whom the answer goes to.</param>
    /// <param name="sent">What it answers. It is not kept: it holds the prompt.</param>
    /// <param name="upstream">The answer.</param>
    /// <param name="clock">Bounds its waits.</param>
    /// <param name="promptLength">Characters of the prompt, for an estimate.</param>
    /// <param name="begins">Called when a streamed answer begins.</param>
    public Step8Translate(Recipient client, TargetCall sent, HttpResponseMessage upstream, UpstreamClock clock, int promptLength, Action begins)
    {
        (exchange, dialect, context) = client;
        (this.upstream, this.clock, this.begins) = (upstream, clock, begins);
        credentials = sent.Provider.Credentials;
        isJudged = sent.Call.AnswerSchema is not null;
        isStream = upstream.Content.Headers.ContentType?.MediaType == "text/event-stream";
        reader = sent.OpenAnswer();
        // What came decides, not what was asked for: only an answer of the form that the client wants passes through.
        lane = sent.PassesThrough && isStream == context.Request.Stream ? dialect.OpenPassThrough(context, output) : null;
        collector = lane is null && !context.Request.Stream ? new AnswerCollector() : null;
        meter = new AnswerMeter(lane ?? collector ?? dialect.OpenStream(context, output), promptLength, exchange, sent.Provider);
    }

    /// <summary>Some of the answer has gone to the client; there is no way back.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The answer has come to its end, good or not.</summary>
    public bool IsOver => meter.IsOver;

    /// <summary>What the answer failed with.</summary>
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

    /// <summary>Sends what was written, if it may be sent by now.</summary>
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
        await sendBytes(output.WrittenMemory).ConfigureAwait(false);
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
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, "The connection to the provider broke in the middle of the answer.") { Code = "upstream_stream_truncated" }, error);
        }
        catch (InvalidDataException error)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, $"The provider's answer cannot be read: {error.Message}."), error);
        }
    }

    private async Task ReadBodyAsync()
    {
        var body = await upstream.ReadBodyAsync(meter.MostBytes, credentials, clock.Token, bytes => exchange.Memory.Grow(TimesWholeAnswer * bytes)).ConfigureAwait(false);
        await SocketThread.LeaveForAsync(isJudged ? long.MaxValue : body.Length);
        SocketThread.AssertMayProcess(body.Length);
        reader.ReadBody(body.Span, meter);
        ThrowIfFailed();
        lane?.ForwardBody(body.Span);
        await FlushAsync().ConfigureAwait(false);
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

    /// <summary>How much may have to be dealt with at once, now that something has come.</summary>
    private long SizeOf(SseReader events)
    {
        if (isJudged)
            return long.MaxValue;
        if (meter.CarriedBytes > LargestKept)
            return meter.CarriedBytes;
        return events.Buffered > LargestRead ? events.Buffered : 0;
    }

    /// <summary>One read; 0 at the end of the stream, <see cref="Lost"/> when after the finish token counts did not come in time or the connection broke.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadOnceAsync(UpstreamReads reads, SseReader events)
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

    /// <summary>Reads what has come; false while nothing of it means anything to the client.</summary>
    /// <exception cref="GatewayException">The answer failed before it meant anything, or says too much that means nothing.</exception>
    private bool ReadEvents(SseReader events, int read)
    {
        var hadContent = meter.HasContent;
        while (!meter.IsOver && events.TryRead(out var name, out var data))
            ReadEvent(name, data);
        if (read <= 0 && !meter.IsOver)
        {
            // Half of an event that was cut says nothing.
            if (read != Lost && events.TryReadLast(out var name, out var data))
                ReadEvent(name, data);
            reader.Complete(meter);
        }

        if (meter is { IsOver: true, Error: null })
            lane?.CloseStream();
        if (!hadContent)
            ThrowIfFailed();
        // What passes through is not counted before it means something.
        if (!meter.HasContent && output.WrittenCount > HeldBack.Most)
            throw new GatewayException(UpstreamBody.TooLarge(HeldBack.Most));
        return meter.HasContent;
    }

    private void ReadEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        data = credentials.Clean(data);
        reader.ReadEvent(name, data, meter);
        // A failure has been written in the gateway's own words.
        if (meter.Error is null)
            lane?.ForwardEvent(credentials.Clean(name), data);
    }

    private void ThrowIfFailed()
    {
        if (meter.Error is { } error)
            throw new GatewayException(error);
    }
}
