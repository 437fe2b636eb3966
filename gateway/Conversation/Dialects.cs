using System.Buffers;
using System.Text.Json;

namespace Dragoman.Conversation;

/// <summary>Gives a failure the shape that a dialect's clients read.</summary>
public interface IErrorShape
{
    /// <summary>A header of the dialect's own with the request's id, on every answer of its routes; null: it has none.</summary>
    string? RequestIdHeader => null;

    /// <summary>The status that goes with <paramref name="error"/> in this dialect.</summary>
    int StatusOf(GatewayError error);

    /// <summary>Writes the whole JSON body.</summary>
    void WriteError(IBufferWriter<byte> output, GatewayError error, string requestId);
}

/// <summary>What an inbound dialect knows of the exchange while it writes the answer.</summary>
/// <param name="Request">What the client asked.</param>
/// <param name="RequestId">The id that also stands in the response headers.</param>
/// <param name="Clock">The source of all times in the answer.</param>
/// <param name="StartedAt">Timestamp of <paramref name="Clock"/> at which the request arrived.</param>
public sealed record AnswerContext(ChatRequest Request, string RequestId, TimeProvider Clock, long StartedAt)
{
    /// <summary>Packs other dialects' opaque state for clients that replay it.</summary>
    public StateEnvelope Envelope { get; init; } = StateEnvelope.OfProcess;

    private DateTimeOffset? now;

    public DateTimeOffset CreatedAt { get; } = Clock.GetUtcNow();

    /// <summary>The time at which what is being translated has come; the same for all that came at once.</summary>
    public DateTimeOffset Now => now ??= Clock.GetUtcNow();

    /// <summary>To be called when more has come, so that <see cref="Now"/> is looked up again.</summary>
    public void PassTime() => now = null;
}

/// <summary>What an inbound dialect knows of a request besides its body.</summary>
/// <param name="Header">The value of a request header, joined by commas where it came several times; null when absent.</param>
/// <param name="Envelope">Opens what <see cref="AnswerContext.Envelope"/> packed.</param>
public sealed record RequestContext(Func<string, string?> Header, StateEnvelope Envelope)
{
    public static readonly RequestContext Bare = new(_ => null, StateEnvelope.OfProcess);

    /// <summary>Bounds the work of reading.</summary>
    public WorkLimit Work { get; init; } = WorkLimit.None;
}

/// <summary>A wire format at one generation endpoint, towards the client.</summary>
public interface IInboundDialect
{
    /// <summary>For logs and metrics.</summary>
    string Name { get; }

    /// <summary>For example <c>text/event-stream</c>.</summary>
    string StreamContentType { get; }

    /// <summary>The shape of a failure that comes before the answer.</summary>
    IErrorShape Errors { get; }

    /// <exception cref="GatewayException">The request is malformed; names the member.</exception>
    ChatRequest Read(JsonElement body, RequestContext context);

    /// <summary>What the model lacks for this request, in the words that the dialect's clients match; null when nothing.</summary>
    GatewayError? FindMissingCapability(ChatRequest request, ModelCapabilities capabilities);

    /// <summary>
    /// An answer that needs no model, written to <paramref name="output"/>; false when the provider has to be asked.
    /// </summary>
    bool TryAnswerLocally(AnswerContext context, IBufferWriter<byte> output);

    /// <summary>A state machine that writes the stream's bytes to <paramref name="output"/> as events come in.</summary>
    IAnswerEvents OpenStream(AnswerContext context, IBufferWriter<byte> output);

    /// <summary>The lane for an answer that comes in this very dialect; null when the dialect is nobody's but the client's.</summary>
    IPassThrough? OpenPassThrough(AnswerContext context, IBufferWriter<byte> output);

    /// <summary>Writes what the dialect's clients read over, to fill the silence of a stream: a comment, if the dialect has no word for it.</summary>
    void WriteKeepAlive(AnswerContext context, IBufferWriter<byte> output) => output.Write(": keep-alive\n\n"u8);

    /// <summary>The response headers of the dialect's own, besides those that every answer has.</summary>
    /// <param name="requestId">Of this exchange.</param>
    /// <param name="limits">What the provider said of its rate limits; null when it said nothing.</param>
    IEnumerable<(string Name, string Value)> AnswerHeaders(string requestId, RateLimits? limits) => [];

    /// <summary>Writes a whole answer as one body.</summary>
    void WriteAnswer(AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output);
}

/// <summary>A request as it goes to a provider.</summary>
/// <param name="Path">Relative to the provider's base URL, without a leading slash.</param>
/// <param name="Body">UTF-8 JSON.</param>
public sealed record UpstreamCall(string Path, ReadOnlyMemory<byte> Body)
{
    private ReadOnlyMemory<byte> body = Body;

    /// <summary>UTF-8 JSON; empty after <see cref="ForgetBody"/>.</summary>
    public ReadOnlyMemory<byte> Body
    {
        get => body;
        init => body = value;
    }

    /// <summary>Lets the memory go, which would else be held for as long as the answer lasts.</summary>
    public void ForgetBody() => body = default;

    /// <summary>The provider's name of the model, where that is needed to wake it.</summary>
    public string? Model { get; init; }

    /// <summary>Stop sequences that the provider does not take, so that the answer has to be cut here.</summary>
    public IReadOnlyList<string> LocalStop { get; init; } = [];

    /// <summary>
    /// The client's own JSON Schema, when the provider was not told all of it, so that the answer has to be checked here;
    /// null: the provider sees to it.
    /// </summary>
    public string? AnswerSchema { get; init; }

    /// <summary>Whether the wish for reasoning in words is the gateway's alone, so that the call may go without.</summary>
    public bool CanDoWithoutSummary { get; init; }

    /// <summary>Request headers of the dialect's own; authentication is not among them.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}

/// <summary>A wire format towards a provider.</summary>
public interface IOutboundDialect
{
    /// <summary>The configured name: <c>mistral</c>, <c>openai</c>.</summary>
    string Name { get; }

    /// <summary>The dialect that this very request goes out in, where the provider has several; ask it all that follows of the request.</summary>
    IOutboundDialect For(ChatRequest request, string upstreamModel) => this;

    /// <exception cref="GatewayException">The provider lacks something whose loss would change the contract.</exception>
    UpstreamCall Write(ChatRequest request, string upstreamModel, LossReport losses);

    /// <summary>
    /// The client's own request with only that changed which must be, when it is in this dialect already; null when it
    /// has to be written anew. The answer may then pass through as well.
    /// </summary>
    UpstreamCall? TryPassThrough(ChatRequest request, string upstreamModel);

    /// <param name="request">What was written.</param>
    /// <param name="upstreamModel">Whom it was written to; opaque state is tagged with it.</param>
    IAnswerReader OpenAnswer(ChatRequest request, string upstreamModel);

    /// <summary>What the provider takes for a tool's name; the names of <see cref="Write"/> follow it already.</summary>
    ToolNameRule ToolNames => ToolNameRule.OpenAI;

    /// <summary>Whether the provider fetches a linked picture, sound or document itself; else it is fetched before <see cref="Write"/>.</summary>
    bool FetchesLink(Part part, string upstreamModel) => true;

    /// <summary>Whether the provider continues several texts in one call.</summary>
    bool TakesPromptLists(string upstreamModel) => false;

    /// <summary>Whether the provider's answers hold opaque state that it wants to see again.</summary>
    bool GivesState => false;

    /// <summary>A call that counts the request's input tokens; null when the provider has none and the count is estimated.</summary>
    UpstreamCall? WriteTokenCount(ChatRequest request, string upstreamModel, LossReport losses) => null;

    /// <summary>Reads the answer to <see cref="WriteTokenCount"/>.</summary>
    /// <exception cref="GatewayException">The body is not a count.</exception>
    long ReadTokenCount(ReadOnlyMemory<byte> body) => throw new NotSupportedException();

    /// <summary>Where the provider lists its models, relative to the base URL; null: it does not.</summary>
    string? ModelListPath => "models";

    /// <summary>The call in a form that the provider may take although it refused this one; null when there is none.</summary>
    UpstreamCall? Amend(UpstreamCall call, GatewayError refusal) => null;

    /// <summary>What one call of <see cref="WriteEmbeddings"/> may hold.</summary>
    EmbeddingLimits EmbeddingLimits => EmbeddingLimits.Default;

    /// <exception cref="GatewayException">The provider cannot do what is asked.</exception>
    UpstreamCall WriteEmbeddings(EmbeddingRequest request, string upstreamModel, LossReport losses);

    /// <exception cref="GatewayException">The body is not what the provider's embeddings look like.</exception>
    EmbeddingAnswer ReadEmbeddings(ReadOnlyMemory<byte> body);

    /// <summary>Reads the provider's own model list.</summary>
    /// <exception cref="GatewayException">The body is not a model list.</exception>
    IReadOnlyList<ListedModel> ReadModels(ReadOnlyMemory<byte> body);

    /// <param name="status">HTTP status; 200 when the failure came in an otherwise good answer.</param>
    /// <param name="body">The answer's body, JSON or not, possibly cut.</param>
    /// <param name="retryAfter">What the answer's headers said.</param>
    GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter);
}

/// <summary>Reads one answer of a provider and raises its canonical events.</summary>
public interface IAnswerReader
{
    /// <summary>All choices have finished; only token counts may follow.</summary>
    bool IsFinished { get; }

    /// <summary>Reads the data of one stream event.</summary>
    void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events);

    /// <summary>The stream ended; raises the terminal event if none was raised yet.</summary>
    void Complete(IAnswerEvents events);

    /// <summary>Reads a whole, unstreamed answer and raises all its events, the terminal one included.</summary>
    void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events);
}

/// <summary>A model as a provider lists it.</summary>
/// <param name="Id">The provider's name of it.</param>
/// <param name="Created">Unix seconds; 0 when not given.</param>
/// <param name="ContextLength">In tokens; null when not given.</param>
/// <param name="Capabilities">Null when the provider does not say.</param>
public sealed record ListedModel(string Id, long Created = 0, int? ContextLength = null, IReadOnlyList<string>? Capabilities = null);
