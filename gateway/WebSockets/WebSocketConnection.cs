using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Threading.Channels;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Memory;
using Dragoman.Wire;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Dragoman.WebSockets;

/// <summary>
/// One WebSocket. Each message is a separate request that passes all nine steps. The requests run one after the other; those
/// that arrive meanwhile wait.
/// </summary>
internal sealed class WebSocketConnection : IDisposable
{
    /// <summary>The same as OpenAI's.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(60);

    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(30);

    /// <summary>How long the client may take to answer a close frame.</summary>
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(5);

    /// <summary>How many requests may wait while one runs.</summary>
    private const int MostWaiting = 16;

    /// <summary>With more unanswered requests than this the connection is closed: the client does not even read the rejections.</summary>
    private const int MostRefused = 256;

    private const int ClientCanceled = 499;

    /// <summary>The memory for each byte of a continued response: its items are joined with the new ones, copied into a request and parsed.</summary>
    private const int TimesContinued = 10;

    private static readonly GatewayError Canceled = new(ErrorKind.InvalidRequest, SocketText.Canceled) { Code = "request_cancelled" };

    private static readonly GatewayError LifeLimit =
        new(ErrorKind.InvalidRequest, SocketText.Outlived) { Code = "websocket_connection_limit_reached" };

    private readonly Exchange handshake;
    private readonly IErrorShape errors;
    private readonly MessageSession session;
    private readonly MemoryBudget budget;
    private readonly RequestDelegate gateway;
    private readonly WebSocket socket;
    private readonly MessageSender sender;
    private readonly int largest;
    private readonly CancellationTokenSource over = new();
    private readonly Channel<Waiting> queue = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock gate = new();
    private readonly List<Waiting> unanswered = [];
    private readonly ITimer life;
    private readonly ITimer idle;
    private readonly ITimer linger;
    private (WebSocketCloseStatus Status, string Reason) close = (WebSocketCloseStatus.NormalClosure, "");
    private volatile GatewayError? retirement;
    private bool isRetired;
    private bool hasSentRetirement;
    private volatile bool isClosing;
    private int served;

    private WebSocketConnection(Exchange handshake, Stream connection, MessageSession session, MemoryBudget budget, RequestDelegate gateway)
    {
        this.handshake = handshake;
        this.session = session;
        this.budget = budget;
        this.gateway = gateway;
        errors = handshake.Errors;
        var limits = handshake.Snapshot.Configuration.Limits;
        largest = limits.RequestBytes;
        var frames = new FrameStream(connection);
        // A ping waits behind the data that the client has not read yet.
        var options = new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = limits.KeepAlive, KeepAliveTimeout = limits.StalledClient };
        socket = WebSocket.CreateFromStream(frames, options);
        sender = new MessageSender(socket, frames);
        life = handshake.Clock.CreateTimer(_ => OutliveLimit(), null, LongestLife, Timeout.InfiniteTimeSpan);
        idle = handshake.Clock.CreateTimer(_ => Retire(null, "no request for 30 minutes"), null, LongestIdle, Timeout.InfiniteTimeSpan);
        linger = handshake.Clock.CreateTimer(_ => Break(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Serves a connection until it is closed.</summary>
    /// <param name="handshake">The request that becomes the WebSocket; it has passed admission.</param>
    /// <param name="session">The endpoint's message format.</param>
    /// <param name="budget">The memory budget of the process.</param>
    /// <param name="gateway">Handles a request.</param>
    /// <exception cref="GatewayException">The handshake is not valid.</exception>
    public static async Task RunAsync(Exchange handshake, MessageSession session, MemoryBudget budget, RequestDelegate gateway)
    {
        var stream = await WebSocketHandshake.AcceptAsync(handshake.Http).ConfigureAwait(false);
        using var connection = new WebSocketConnection(handshake, stream, session, budget, gateway);
        await connection.RunAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        life.Dispose();
        idle.Dispose();
        linger.Dispose();
        // Requests that were never answered.
        unanswered.ForEach(waiting => waiting.Memory?.Dispose());
        session.Dispose();
        socket.Dispose();
        sender.Dispose();
        over.Dispose();
    }

    private async Task RunAsync()
    {
        using var left = handshake.Http.RequestAborted.Register(over.Cancel);
        // When the server stops without a drain, it signals this token.
        var stopping = handshake.Http.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        var answering = AnswerAsync();
        using (handshake.DrainBegun.Register(Stop))
        using (stopping.Register(Stop))
        {
            try
            {
                await ReceiveAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (error is WebSocketException or IOException or OperationCanceledException)
            {
                // The client left, or it violated the protocol and received a close frame for it.
            }
        }

        await over.CancelAsync().ConfigureAwait(false);
        queue.Writer.TryComplete();
        await answering.ConfigureAwait(false);
        if (socket.State == WebSocketState.CloseReceived)
            await CloseAsync(WebSocketCloseStatus.NormalClosure, "").ConfigureAwait(false);
        // Otherwise data would wait forever for a client that reads nothing.
        if (socket.State == WebSocketState.Aborted)
            handshake.Http.Abort();
    }

    /// <summary>Reads messages until the client's close frame.</summary>
    private async Task ReceiveAsync()
    {
        using var message = new IncomingMessage(budget, handshake.Clock, largest, () => CloseSoon(WebSocketCloseStatus.PolicyViolation, "the message came too slowly"));
        var burst = 0;
        while (true)
        {
            // Growing copies everything that was received.
            if (message.MustGrow)
                await SocketThread.LeaveForAsync(message.Text.Length);
            var part = await socket.ReceiveAsync(message.GetMemory(), CancellationToken.None).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close)
                return;
            // While more data is ready, no await takes this loop off its thread.
            burst += part.Count;
            if (burst >= SocketThread.LargestBurst)
            {
                burst = 0;
                await SocketThread.LeaveForStreamAsync(SocketThread.LargestBurst);
            }

            if (isClosing)
                continue;
            message.Advance(part.Count, part.EndOfMessage);
            if (part.MessageType == WebSocketMessageType.Binary)
            {
                CloseSoon(WebSocketCloseStatus.InvalidMessageType, "a request is one JSON object in a text message");
            }
            else if (message.Length > largest)
            {
                CloseSoon(WebSocketCloseStatus.MessageTooBig, $"a message may have {largest} bytes");
            }
            else if (part.EndOfMessage)
            {
                await SocketThread.LeaveForAsync(message.Text.Length);
                Accept(message);
            }
        }
    }

    private void Accept(IncomingMessage whole)
    {
        var message = whole.IsRefused
            ? new ClientMessage(default(ReadOnlyMemory<byte>)) { Id = session.FindId(whole.Text.Span), Refusal = MemoryBudget.Full }
            : session.Read(whole.Text);
        var memory = whole.Take();
        memory?.Keep(message.Body.Length);
        if (!Accept(message, memory))
            memory?.Dispose();
    }

    /// <summary>Queues a request, or cancels one. False when the message gets no answer.</summary>
    private bool Accept(ClientMessage message, MemoryLease? memory)
    {
        if (message.IsCancel)
        {
            Cancel(message.Id.Span);
            return false;
        }

        lock (gate)
        {
            if (unanswered.Count > MostRefused)
            {
                CloseSoon(WebSocketCloseStatus.PolicyViolation, "too many requests wait for their answers");
                return false;
            }

            // The first does not count as waiting. It may even be answered: a client that has read its last message may be faster than our settlement.
            var waitingBytes = unanswered.Skip(1).Sum(each => (long)each.Message.Body.Length);
            if (unanswered.Count > MostWaiting || waitingBytes + message.Body.Length > largest)
            {
                message = new ClientMessage(default(ReadOnlyMemory<byte>))
                {
                    Id = message.Id,
                    Refusal = new GatewayError(ErrorKind.RateLimited, SocketText.TooManyWait(MostWaiting, largest)),
                };
                memory?.Dispose();
            }

            var waiting = new Waiting(message, memory);
            idle.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            // It is added before it can be answered, because the end of the answer removes it.
            unanswered.Add(waiting);
            if (queue.Writer.TryWrite(waiting))
                return true;
            unanswered.Remove(waiting);
            return false;
        }
    }

    /// <summary>Cancels the request with this id, or without an id the running one.</summary>
    private void Cancel(ReadOnlySpan<byte> id)
    {
        Waiting? found = null;
        lock (gate)
        {
            foreach (var waiting in unanswered)
            {
                if (found is null && (id.IsEmpty || waiting.Message.Id.Span.SequenceEqual(id)))
                    found = waiting;
            }
        }

        _ = found?.Cancellation.CancelAsync();
    }

    /// <summary>Answers the requests in their order.</summary>
    private async Task AnswerAsync()
    {
        await foreach (var waiting in queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                if (!over.IsCancellationRequested)
                    await AnswerAsync(waiting).ConfigureAwait(false);
            }
            catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException)
            {
                // The connection ended during the answer.
                await over.CancelAsync().ConfigureAwait(false);
            }
            catch (Exception)
            {
                CloseSoon(WebSocketCloseStatus.InternalServerError, "the gateway failed");
                throw;
            }
            finally
            {
                waiting.Memory?.Dispose();
            }

            lock (gate)
            {
                unanswered.Remove(waiting);
                if (unanswered.Count == 0)
                    idle.Change(LongestIdle, Timeout.InfiniteTimeSpan);
            }
        }

        if (over.IsCancellationRequested)
            return;
        // OpenAI too sends this error even to a client without a request.
        if (retirement == LifeLimit && !hasSentRetirement)
            await SendErrorAsync(LifeLimit).ConfigureAwait(false);
        await CloseAsync(close.Status, close.Reason).ConfigureAwait(false);
    }

    private async Task SendErrorAsync(GatewayError error)
    {
        var batch = new MessageBatch();
        var body = new ArrayBufferWriter<byte>(256);
        errors.WriteError(body, error.For(handshake.Locale), handshake.RequestId);
        session.Open(new ClientMessage(default(ReadOnlyMemory<byte>)), handshake.RequestId).AddFailure(errors.StatusOf(error), body.WrittenSpan, default, batch);
        try
        {
            await sender.SendAsync(batch, over.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or IOException)
        {
            // The connection is over already.
        }
    }

    private async Task AnswerAsync(Waiting waiting)
    {
        var message = waiting.Message;
        var requestId = $"{handshake.RequestId}-{++served}";
        using var aborted = CancellationTokenSource.CreateLinkedTokenSource(waiting.Cancellation.Token, over.Token);
        var response = new MessageResponse(requestId, () => CloseSoon(WebSocketCloseStatus.InternalServerError, "the answer broke off"), aborted.Token);
        var refused = retirement ?? message.Refusal ?? await TakeMemoryAsync(waiting, aborted.Token).ConfigureAwait(false);
        var opened = refused is null ? message : message with { Body = default };
        // The previous answer may have ended on a socket thread, and this code continues there.
        await SocketThread.LeaveForAsync(session.SizeOf(opened));
        SocketThread.AssertMayProcess(session.SizeOf(opened));
        var answer = session.Open(opened, requestId);
        using var body = new MessageBody(sender, answer, IdOf(message), aborted.Token) { Response = response };
        response.Messages = body;
        if (refused is { } refusal)
        {
            response.Headers[RequestId.Header] = requestId;
            if (refusal.RetryAfter is { } wait)
                response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            hasSentRetirement |= refusal == retirement;
            await body.FailAsync(errors, refusal.For(handshake.Locale), refusal == Canceled ? ClientCanceled : errors.StatusOf(refusal), over.Token).ConfigureAwait(false);
            return;
        }

        try
        {
            await gateway(MessageRequest.Create(handshake.Http, answer.Body, response, waiting.Memory)).ConfigureAwait(false);
            await body.EndAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (waiting.Cancellation.IsCancellationRequested)
        {
            // The cancellation is reported below.
        }

        if (waiting.Cancellation.IsCancellationRequested && !answer.HasEnded)
        {
            await body.FailAsync(errors, Canceled.For(handshake.Locale), ClientCanceled, over.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Takes memory for a request that is next to run; null on success, else the error for the client.</summary>
    private async Task<GatewayError?> TakeMemoryAsync(Waiting waiting, CancellationToken cancellation)
    {
        var message = waiting.Message;
        var continued = session.BytesContinued(message);
        if (message.Body.Length + continued <= MemoryBudget.Uncounted)
            return null;
        var memory = waiting.Memory ??= new MemoryLease(budget);
        try
        {
            await SocketThread.LeaveForAsync(message.Body.Length);
            var cost = MemoryBudget.CostOf(message.Body.Span) + (TimesContinued * continued);
            await memory.WorkAsync(cost, message.Body.Length + continued, cancellation).ConfigureAwait(false);
            memory.Floor = message.Body.Length + continued;
            return null;
        }
        catch (GatewayException full)
        {
            return full.Error;
        }
        catch (OperationCanceledException) when (waiting.Cancellation.IsCancellationRequested && !over.IsCancellationRequested)
        {
            return Canceled;
        }
    }

    /// <summary>JSON of the last member of each message: the client's own id of the request.</summary>
    private ReadOnlyMemory<byte> IdOf(ClientMessage message) =>
        message.Id.IsEmpty ? default : (byte[])[.. ",\""u8, .. System.Text.Encoding.ASCII.GetBytes(session.IdMember), .. "\":"u8, .. message.Id.Span];

    private void OutliveLimit() => Retire(LifeLimit, "the connection has lasted 60 minutes");

    private void Stop() => Retire(Drain.Restarting, "the gateway is being stopped");

    /// <summary>Lets the running request end, rejects the waiting ones, and then closes the connection.</summary>
    private void Retire(GatewayError? error, string reason)
    {
        lock (gate)
        {
            if (isClosing || isRetired)
                return;
            isRetired = true;
            retirement = error;
            close = (WebSocketCloseStatus.EndpointUnavailable, reason);
            queue.Writer.TryComplete();
        }
    }

    /// <summary>Cancels the running request and sends a close frame.</summary>
    private void CloseSoon(WebSocketCloseStatus status, string reason)
    {
        _ = over.CancelAsync();
        _ = CloseAsync(status, reason);
    }

    private async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        try
        {
            isClosing = true;
            linger.Change(LongestClose, Timeout.InfiniteTimeSpan);
            await sender.CloseAsync(status, reason).ConfigureAwait(false);
        }
        catch (Exception error) when (error is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is over already.
        }
    }

    private void Break()
    {
        socket.Abort();
        handshake.Http.Abort();
    }

    /// <summary>A request that has no answer yet.</summary>
    private sealed record Waiting(ClientMessage Message, MemoryLease? Memory)
    {
        /// <summary>The request's share of the memory budget.</summary>
        public MemoryLease? Memory { get; set; } = Memory;

        public CancellationTokenSource Cancellation { get; } = new();
    }
}
