using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Access;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Pipeline.Memory;
using Dragoman.Pipeline.State;
using Dragoman.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dragoman.Pipeline;

/// <summary>One request on its way through the nine steps, and the answer to it.</summary>
public sealed class Exchange
{
    /// <summary>The deepest nesting of a request's JSON.</summary>
    public const int DeepestJson = 64;

    /// <summary>See <see cref="DiscardRestAsync"/>.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

    private readonly Drain drain;
    private readonly ReasoningMemory reasoningMemory;
    private ReasoningMemory.Conversation? conversation;
    private ChatRequest? request;
    private readonly MemoryBudget budget;
    private MemoryLease? memory;
    private WorkLimit? work;

    internal Exchange(HttpContext http, GatewayRuntime runtime, IErrorShape errors, string requestId)
    {
        Http = http;
        Snapshot = runtime.Snapshot;
        Clock = runtime.Clock;
        HandsOver = runtime.HandsOver;
        SettlementLogger = runtime.SettlementLogger;
        RecentModels = runtime.RecentModels;
        reasoningMemory = runtime.ReasoningMemory;
        drain = runtime.Drain;
        budget = runtime.Memory;
        Errors = errors;
        RequestId = requestId;
        StartedAt = Clock.GetTimestamp();
    }

    public HttpContext Http { get; }

    public GatewaySnapshot Snapshot { get; }

    public TimeProvider Clock { get; }

    /// <summary>See <see cref="GatewayRuntime.HandsOver"/>.</summary>
    public bool HandsOver { get; }

    /// <summary>See <see cref="GatewayRuntime.RecentModels"/>.</summary>
    public RecentModels RecentModels { get; }

    /// <summary>The process is about to stop; this request, if it was taken, goes on.</summary>
    public bool IsDraining => drain.HasBegun;

    /// <summary>See <see cref="Drain.Begun"/>.</summary>
    public CancellationToken DrainBegun => drain.Begun;

    /// <summary>See <see cref="Drain.Ending"/>.</summary>
    public CancellationToken Ending => drain.Ending;

    public ILogger SettlementLogger { get; }

    public IErrorShape Errors { get; }

    public string RequestId { get; }

    /// <summary>Timestamp of <see cref="Clock"/> at which the request arrived.</summary>
    public long StartedAt { get; }

    /// <summary>Set by step 2.</summary>
    public Caller? Caller { get; internal set; }

    /// <summary>What the request holds of the memory budget.</summary>
    /// <remarks>Calls that run at the same time may be the first to ask.</remarks>
    internal MemoryLease Memory => LazyInitializer.EnsureInitialized(ref memory, () => new MemoryLease(budget));

    /// <summary>The request's body, once it was read.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>What an inbound dialect reads besides the body.</summary>
    internal RequestContext RequestContext => new(
        name => Http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null,
        Snapshot.Envelope)
    {
        Work = Work,
    };

    /// <summary>Bounds what is done for the request besides waiting.</summary>
    internal WorkLimit Work => work ??= new WorkLimit(Clock, Snapshot.Configuration.Limits.Work, Http.RequestAborted);

    /// <summary>Reads what was parsed, within the time that there is for the request.</summary>
    internal T Read<T>(Func<WorkLimit, T> read)
    {
        SocketThread.AssertMayProcess(Body.Length);
        using (Work.Begin())
            return read(Work);
    }

    /// <summary>What a route's <c>{*id}</c> stood for.</summary>
    public string RouteValue { get; internal set; } = "";

    public TimeSpan Elapsed => Clock.GetElapsedTime(StartedAt);

    /// <summary>See <see cref="IOwnKeepAlive"/>.</summary>
    internal bool KeepsItselfAlive => Http.Features.Get<IOwnKeepAlive>() is not null;

    public bool ClientLeft => Http.RequestAborted.IsCancellationRequested;

    /// <summary>Reads the body as one JSON value; what follows it is ignored, its content type is never looked at (specs/ollama.md 0.3).</summary>
    /// <param name="emptyMessage">What to say to an empty body.</param>
    /// <exception cref="GatewayException">Empty, too large, not UTF-8 or not JSON.</exception>
    public async Task<RequestJson> ReadJsonAsync(string emptyMessage = "missing request body")
    {
        var body = Body = await ReadBodyAsync().ConfigureAwait(false);
        await SocketThread.LeaveForAsync(body.Length);
        SocketThread.AssertMayProcess(body.Length);
        if (JsonText.Trim(body.Span).IsEmpty)
            throw new GatewayException(new GatewayError(ErrorKind.InvalidRequest, emptyMessage));
        if (!Utf8.IsValid(body.Span))
            throw new GatewayException(new GatewayError(ErrorKind.InvalidRequest, "the request body is not valid UTF-8"));
        try
        {
            return new RequestJson(ParseFirstValue(body), body);
        }
        catch (JsonException error)
        {
            throw new GatewayException(new GatewayError(ErrorKind.InvalidRequest, $"the request body is not valid JSON: {error.Message}"), error);
        }
    }

    private static JsonDocument ParseFirstValue(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DeepestJson });
        }
        catch (JsonException)
        {
            // Something may follow; to stop before it, every byte is read twice and copied.
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = DeepestJson });
            return JsonDocument.ParseValue(ref reader);
        }
    }

    /// <summary>What the gateway remembers of the conversation; null when it has no tools.</summary>
    /// <param name="request">The client's own; what is left of it when it is tried again belongs to the same conversation.</param>
    internal ReasoningMemory.Conversation? ConversationOf(ChatRequest request) => conversation ??= reasoningMemory.Of(Caller!.Team, request);

    /// <summary>The body has been read: the exchange owns the request, and releases its prompt.</summary>
    /// <param name="read">The request.</param>
    /// <param name="body">What it was read from.</param>
    /// <returns>The request with the client's own bytes.</returns>
    internal ChatRequest Own(ChatRequest read, RequestJson body) => request = read with { Source = body.Members() };

    /// <summary>The answer has begun, so the prompt is not needed again. This is the only place that releases it.</summary>
    /// <param name="remaining">Bytes of the request that stay until the answer ends.</param>
    internal void ReleasePrompt(long remaining)
    {
        Body = default;
        conversation = null;
        request?.Release();
        memory?.ShrinkTo(remaining);
    }

    /// <summary>The request is over, however it ended.</summary>
    internal void ReleaseMemory()
    {
        Body = default;
        memory?.Dispose();
    }

    /// <summary>Sends a JSON answer.</summary>
    public Task WriteJsonAsync(ArrayBufferWriter<byte> body, int status = StatusCodes.Status200OK) =>
        WriteAsync(body.WrittenMemory, "application/json; charset=utf-8", status);

    public async Task WriteAsync(ReadOnlyMemory<byte> body, string contentType, int status)
    {
        var response = Http.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(Http.Request.Method))
            await response.BodyWriter.WriteAsync(body, Http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads what the client still sends and forgets it: a connection that is closed before is reset, and the answer may
    /// be lost with it.
    /// </summary>
    public Task DiscardBodyAsync() => DiscardBodyAsync(Http.RequestAborted);

    /// <summary>
    /// As <see cref="DiscardBodyAsync()"/>, for a moment. nginx closes the connection of a client that it answers before the
    /// end of a body, and a client that has just sent that end may already send the next request.
    /// </summary>
    public async Task DiscardRestAsync()
    {
        var request = Http.Request;
        var hasBody = request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0;
        // A client that sent Expect gets its answer at once; where the connection ends, there is no next request.
        if (!hasBody || KeepsItselfAlive || ClientLeft || request.Headers.Expect.Count > 0 || Http.Response.Headers.Connection.Count > 0)
            return;
        using var end = new CancellationTokenSource(LongestRest, Clock);
        try
        {
            await DiscardBodyAsync(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The answer must not wait for a client that is slow, or waits for it.
        }
    }

    private async Task DiscardBodyAsync(CancellationToken cancellation)
    {
        try
        {
            for (long left = Snapshot.Configuration.Limits.RequestBytes; left > 0;)
            {
                var read = await Http.Request.BodyReader.ReadAsync(cancellation).ConfigureAwait(false);
                left -= read.Buffer.Length;
                Http.Request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return;
            }
        }
        catch (IOException)
        {
            // It is not going to be answered anyway.
        }
    }

    /// <summary>Reads the body, and makes room for working on it.</summary>
    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync()
    {
        ReadOnlyMemory<byte> body;
        if (Http.Request.Body is MessageStream message)
        {
            body = message.Whole;
            memory = message.Memory;
        }
        else
        {
            body = await new BodyReader(this, budget.Incoming).ReadAsync().ConfigureAwait(false);
        }

        if (body.Length <= MemoryBudget.Uncounted)
            return body;
        // To look for the values in it takes time too.
        await SocketThread.LeaveForAsync(body.Length);
        await Memory.WorkAsync(MemoryBudget.CostOf(body.Span), body.Length, Http.RequestAborted).ConfigureAwait(false);
        return body;
    }
}
