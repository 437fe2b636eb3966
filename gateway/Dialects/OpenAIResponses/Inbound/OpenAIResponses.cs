using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;

namespace Dragoman.Dialects.OpenAIResponses.Inbound;

/// <summary><c>POST /v1/responses</c> as OpenAI's clients use it (specs/dialects.md 1.1, 3.6). No response is stored.</summary>
public sealed class OpenAIResponses : IInboundDialect
{
    public string Name => ResponsesFamily.Name;

    public string StreamContentType => "text/event-stream; charset=utf-8";

    public IErrorShape Errors => OpenAIErrors.Shape;

    public ChatRequest Read(JsonElement body, RequestContext context) => ResponsesRequestReader.Read(RequestObject.OfBody(body, work: context.Work), context.Envelope);

    public GatewayError? FindMissingCapability(ChatRequest request, ModelCapabilities capabilities) =>
        capabilities.Lacks(ModelCapabilities.Completion)
            ? GatewayError.Invalid("model", FixedText.NotSupportedBy(request.Model, "responses"))
            : null;

    /// <summary>A warm-up asks only for an id to continue from, so it needs no provider.</summary>
    public bool TryAnswerLocally(AnswerContext context, IBufferWriter<byte> output)
    {
        if (!ResponsesRequestReader.IsWarmUp(context.Request))
            return false;
        new ResponseObject(context).Write(output, "completed", default, new Usage(0, 0));
        return true;
    }

    public IAnswerEvents OpenStream(AnswerContext context, IBufferWriter<byte> output) => new ResponsesStream(context, output);

    public IPassThrough? OpenPassThrough(AnswerContext context, IBufferWriter<byte> output) => new ResponsesPassThrough(context, output);

    public IEnumerable<(string Name, string Value)> AnswerHeaders(string requestId, RateLimits? limits) => OpenAIHeaders.Of(limits);

    public void WriteAnswer(AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output) =>
        ResponsesAnswer.Write(context, answer, output);
}
