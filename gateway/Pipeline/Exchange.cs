using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Access;
using Dragoman.Access.Limits;
using Dragoman.Administration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Locales;
using Dragoman.Pipeline.Memory;
using Dragoman.Pipeline.Reload;
using Dragoman.Pipeline.State;
using Dragoman.Secrets;
using Dragoman.Telemetry;
using Dragoman.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dragoman.Pipeline;

/// <summary>One request on its way through the nine steps, with its answer.</summary>
public sealed class Exchange
{
    /// <summary>The deepest nesting of a request's JSON.</summary>
    public const int DeepestJson = 64;

    /// <summary>Tells the client that the budgets had only so much for the answer, in tokens of all choices together.</summary>
    public const string OutputLimitHeader = "x-dragoman-output-limit";

    /// <summary>See <see cref="DiscardRestAsync"/>.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

    private readonly Drain drain;
    private readonly ReasoningMemory reasoningMemory;
    private readonly RecentModels recentModels;
    private ReasoningMemory.Conversation? conversation;
    private ChatRequest? request;
    private readonly MemoryBudget budget;
    private MemoryLease? memory;
    private WorkLimit? work;

    internal Exchange(HttpContext http, GatewayRuntime runtime, IErrorShape errors, string requestId)
    {
        Http = http;
        Snapshot = runtime.HoldSnapshot();
        Clock = runtime.Clock;
        HandsOver = runtime.HandsOver;
        SettlementLogger = runtime.SettlementLogger;
        Access = runtime.Access;
        recentModels = runtime.RecentModels;
        RequestFeed = runtime.RequestFeed;
        Administration = runtime.Administration;
        Reload = runtime.Reload;
        VaultListener = runtime.VaultListener;
        VaultLogger = runtime.VaultLogger;
        reasoningMemory = runtime.ReasoningMemory;
        drain = runtime.Drain;
        budget = runtime.Memory;
        Errors = errors;
        RequestId = requestId;
        StartedAt = Clock.GetTimestamp();
        Waits = new ProviderWaits(Clock);
    }

    public HttpContext Http { get; }

    public GatewaySnapshot Snapshot { get; }

    public TimeProvider Clock { get; }

    /// <summary>See <see cref="GatewayRuntime.HandsOver"/>.</summary>
    public bool HandsOver { get; }

    /// <summary>See <see cref="GatewayRuntime.Access"/>.</summary>
    internal IAccessPolicy Access { get; }

    /// <summary>The models that the caller's team used recently.</summary>
    public RecentModels.OfTeam RecentModels => recentModels.Of(Team);

    /// <summary>See <see cref="GatewayRuntime.RequestFeed"/>.</summary>
    public RequestFeed RequestFeed { get; }

    /// <summary>See <see cref="GatewayRuntime.Administration"/>.</summary>
    public AdminApi? Administration { get; }

    /// <summary>See <see cref="GatewayRuntime.Reload"/>.</summary>
    internal ConfigurationReload? Reload { get; }

    /// <summary>See <see cref="GatewayRuntime.VaultListener"/>.</summary>
    internal IVaultListener VaultListener { get; }

    /// <summary>See <see cref="GatewayRuntime.VaultLogger"/>.</summary>
    internal ILogger VaultLogger { get; }

    /// <summary>Whether the process is about to stop. A request that was already accepted continues.</summary>
    public bool IsDraining => drain.HasBegun;

    /// <summary>See <see cref="Drain.Begun"/>.</summary>
    public CancellationToken DrainBegun => drain.Begun;

    /// <summary>See <see cref="Drain.Ending"/>.</summary>
    public CancellationToken Ending => drain.Ending;

    public ILogger SettlementLogger { get; }

    public IErrorShape Errors { get; }

    public string RequestId { get; }

    /// <summary>The language of the client's user. It is looked for only when an answer has a text for people.</summary>
    public Locale Locale => Locale.For(Http.Request.Headers.AcceptLanguage);

    /// <summary>Timestamp of <see cref="Clock"/> at which the request arrived.</summary>
    public long StartedAt { get; }

    /// <summary>Set by step 2.</summary>
    public Caller? Caller { get; internal set; }

    /// <summary>The team whose request this is. Routes that serve no team must not ask for it.</summary>
    public string Team => Caller?.Team ?? throw new InvalidOperationException("The request belongs to no team.");

    /// <summary>What the request counts as; set when it is admitted.</summary>
    public Admission Admission { get; internal set; } = Admission.Unlimited;

    /// <summary>Whether the request has waited since its caller was identified.</summary>
    internal bool HasWaited { get; set; }

    /// <summary>The most tokens that may be generated for all choices together, because the budgets do not have more; null without such a limit.</summary>
    internal long? OutputLimit { get; set; }

    /// <summary>Whether the caller's limits need not be asked any more: they were, or the request does not count.</summary>
    public bool IsCounted { get; internal set; } = true;

    /// <summary>Seals opaque state for the caller's team.</summary>
    internal StateEnvelope Envelope => Snapshot.States.Of(Team);

    /// <summary>The request's part of the memory budget.</summary>
    /// <remarks>The first access may come from several calls at the same time.</remarks>
    internal MemoryLease Memory => LazyInitializer.EnsureInitialized(ref memory, () => new MemoryLease(budget));

    /// <summary>The request's body; empty before it is read and after it is released.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>What an inbound dialect reads besides the body.</summary>
    internal RequestContext RequestContext => new(
        name => Http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null,
        Envelope)
    {
        Work = Work,
    };

    /// <summary>Limits the computing time that is spent on the request.</summary>
    internal WorkLimit Work => work ??= new WorkLimit(Clock, Snapshot.Configuration.Limits.Work, Http.RequestAborted);

    /// <summary>Reads the parsed body, within the request's computing time.</summary>
    internal T Read<T>(Func<WorkLimit, T> read)
    {
        SocketThread.AssertMayProcess(Body.Length);
        using (Work.Begin())
            return read(Work);
    }

    /// <summary>The part of the path that matched <c>{*id}</c> in the route.</summary>
    public string RouteValue { get; internal set; } = "";

    /// <summary>The request in traces and metrics; null if nothing listens.</summary>
    internal ObservedRequest? Observed { get; set; }

    public TimeSpan Elapsed => Clock.GetElapsedTime(StartedAt);

    /// <summary>How long providers were waited for.</summary>
    internal ProviderWaits Waits { get; }

    /// <summary>Tells the cost after a streamed answer; null before the answer begins, and if the client accepts no trailer.</summary>
    internal CostTrailer? Trailer { get; set; }

    /// <summary>See <see cref="IOwnKeepAlive"/>.</summary>
    internal bool KeepsItselfAlive => Http.Features.Get<IOwnKeepAlive>() is not null;

    public bool ClientLeft => Http.RequestAborted.IsCancellationRequested;

    /// <summary>Reads the body as one JSON value. Anything after it is ignored, and the content type is not checked (specs/ollama.md 0.3).</summary>
    /// <exception cref="GatewayException">The body is empty, too large, not UTF-8 or not JSON.</exception>
    public async Task<RequestJson> ReadJsonAsync()
    {
        var body = Body = await ReadBodyAsync().ConfigureAwait(false);
        await SocketThread.LeaveForAsync(body.Length);
        SocketThread.AssertMayProcess(body.Length);
        if (JsonText.Trim(body.Span).IsEmpty)
            throw new GatewayException(new GatewayError(ErrorKind.InvalidRequest, FixedText.EmptyBody));
        if (!Utf8.IsValid(body.Span))
            throw new GatewayException(new GatewayError(ErrorKind.InvalidRequest, GatewayText.BodyNotUtf8));
        try
        {
            return new RequestJson(ParseFirstValue(body), body);
        }
        catch (JsonException error)
        {
            throw new GatewayException(new GatewayError(ErrorKind.InvalidRequest, GatewayText.BodyNotJson(error.Message)), error);
        }
    }

    /// <summary>Reads the body of a route whose requests are small.</summary>
    /// <param name="largest">The most bytes. Only the memory in which the body arrives is counted, not the memory for processing it.</param>
    /// <exception cref="GatewayException">The body is too large, arrives too slowly or violates HTTP.</exception>
    internal ValueTask<ReadOnlyMemory<byte>> ReadSmallBodyAsync(int largest) => new BodyReader(this, budget.Incoming, largest).ReadAsync();

    private static JsonDocument ParseFirstValue(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DeepestJson });
        }
        catch (JsonException)
        {
            // Something may follow the value. Stopping before it means to read every byte twice and copy it.
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = DeepestJson });
            return JsonDocument.ParseValue(ref reader);
        }
    }

    /// <summary>Returns what the gateway remembers of the conversation; null when it has neither tools nor tool calls.</summary>
    /// <param name="request">The client's request; a request that was shortened for a second try belongs to the same conversation.</param>
    internal ReasoningMemory.Conversation? ConversationOf(ChatRequest request) => conversation ??= reasoningMemory.Of(Team, request);

    /// <summary>Takes over a request after it was read; the exchange then releases its prompt.</summary>
    /// <param name="read">The request.</param>
    /// <param name="body">The body that it was read from.</param>
    /// <returns>The request with the client's original bytes.</returns>
    internal ChatRequest Own(ChatRequest read, RequestJson body) => request = read.From(body.Members());

    /// <summary>Releases the prompt when the answer has begun, because it is not needed again. No other code releases it.</summary>
    /// <param name="remaining">The bytes of the request that are kept until the answer ends.</param>
    internal void ReleasePrompt(long remaining)
    {
        Body = default;
        conversation = null;
        request?.Release();
        memory?.ShrinkTo(remaining);
    }

    /// <summary>Sets the headers with what is left of the caller's own limits, for a dialect that has such headers.</summary>
    internal void WriteOwnLimits()
    {
        // To find the tightest limit takes time.
        if (Errors.HasRateLimitHeaders)
            WriteOwnLimits(Admission.Limits);
    }

    /// <summary>Sets the headers with the caller's own limits; does nothing once the response has begun.</summary>
    /// <param name="limits">What is left; null without limits.</param>
    internal void WriteOwnLimits(RateLimits? limits)
    {
        if (limits is null || Http.Response.HasStarted)
            return;
        foreach (var (name, value) in Errors.RateLimitHeaders(limits, Clock.GetUtcNow()))
            Http.Response.Headers[name] = value;
    }

    /// <summary>Releases all that the request holds when it ends, in whatever way.</summary>
    internal void Release()
    {
        Admission.Dispose();
        Body = default;
        memory?.Dispose();
        Snapshot.Release();
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

    /// <summary>Sends a part of a streamed answer.</summary>
    internal ValueTask<FlushResult> WriteStreamAsync(ReadOnlyMemory<byte> bytes) =>
        Trailer is { } trailer ? trailer.WriteAsync(bytes) : Http.Response.BodyWriter.WriteAsync(bytes, Http.RequestAborted);

    /// <summary>
    /// Reads and discards the rest of what the client sends. If the connection is closed before that, it is reset, and the client
    /// may lose the answer.
    /// </summary>
    public Task DiscardBodyAsync() => DiscardBodyAsync(Http.RequestAborted);

    /// <summary>
    /// As <see cref="DiscardBodyAsync()"/>, for at most one second. nginx closes the connection of a client that is answered before
    /// the end of its body, and a client that has just sent that end may already send its next request.
    /// </summary>
    public async Task DiscardRestAsync()
    {
        var request = Http.Request;
        var hasBody = request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0;
        // A client that sent Expect gets its answer at once. On a connection that is closed there is no next request.
        if (!hasBody || KeepsItselfAlive || ClientLeft || request.Headers.Expect.Count > 0 || Http.Response.Headers.Connection.Count > 0)
            return;
        using var end = new CancellationTokenSource(LongestRest, Clock);
        try
        {
            await DiscardBodyAsync(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The answer must not wait for a client that is slow or itself waits for the answer.
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
            // The request will not be answered anyway.
        }
    }

    /// <summary>Reads the body, and takes memory for processing it.</summary>
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
            body = await new BodyReader(this, budget.Incoming, Snapshot.Configuration.Limits.RequestBytes).ReadAsync().ConfigureAwait(false);
        }

        if (body.Length <= MemoryBudget.Uncounted)
            return body;
        // Counting the values in it takes time too.
        await SocketThread.LeaveForAsync(body.Length);
        await Memory.WorkAsync(MemoryBudget.CostOf(body.Span), body.Length, Http.RequestAborted).ConfigureAwait(false);
        return body;
    }
}
