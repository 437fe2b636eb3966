using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary><c>POST /v1/messages</c> as Anthropic's clients speak it (specs/dialects.md 1.3).</summary>
/// <param name="clock">Supplies the time that the rate-limit headers count from. The system clock when null.</param>
public sealed class AnthropicMessages(TimeProvider? clock = null) : IInboundDialect
{
    public string Name => "anthropic.messages";

    public string StreamContentType => "text/event-stream; charset=utf-8";

    public IErrorShape Errors => AnthropicErrors.Shape;

    public ChatRequest Read(JsonElement body, RequestContext context) =>
        AnthropicMessagesReader.Read(RequestObject.OfBody(body, work: context.Work), context, generates: true);

    /// <summary>Reads the body of <c>count_tokens</c>: a request that needs no limit for the answer (specs/dialects.md 4.2).</summary>
    /// <exception cref="GatewayException">The request is malformed. The error names the member.</exception>
    public static ChatRequest ReadForCount(JsonElement body, RequestContext context) =>
        AnthropicMessagesReader.Read(RequestObject.OfBody(body, work: context.Work), context, generates: false);

    public GatewayError? FindMissingCapability(ChatRequest request, ModelCapabilities capabilities) =>
        capabilities.Lacks(ModelCapabilities.Completion)
            ? GatewayError.Invalid("model", FixedText.NotSupportedBy(request.Model, "chat"))
            : null;

    public bool TryAnswerLocally(AnswerContext context, IBufferWriter<byte> output) => false;

    public IAnswerEvents OpenStream(AnswerContext context, IBufferWriter<byte> output) => new AnthropicStream(context, output);

    public void WriteKeepAlive(AnswerContext context, IBufferWriter<byte> output) => output.Write("event: ping\ndata: {\"type\": \"ping\"}\n\n"u8);

    public IPassThrough? OpenPassThrough(AnswerContext context, IBufferWriter<byte> output) => new AnthropicPassThrough(context, output);

    public IEnumerable<(string Name, string Value)> AnswerHeaders(string requestId, RateLimits? limits) =>
        AnthropicMessagesHeaders.Of(requestId, limits, (clock ?? TimeProvider.System).GetUtcNow());

    public void WriteAnswer(AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output) =>
        AnthropicAnswer.Write(context, answer, output);
}
