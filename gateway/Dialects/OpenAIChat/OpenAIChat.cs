using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary><c>POST /v1/chat/completions</c> as OpenAI's clients speak it (specs/dialects.md 1.1).</summary>
public sealed class OpenAIChat : IInboundDialect
{
    public string Name => "openai.chat";

    public string StreamContentType => "text/event-stream; charset=utf-8";

    public IErrorShape Errors => OpenAIErrors.Shape;

    public ChatRequest Read(JsonElement body, RequestContext context) => OpenAIChatRequestReader.Read(RequestObject.OfBody(body, work: context.Work), context.Envelope);

    public GatewayError? FindMissingCapability(ChatRequest request, ModelCapabilities capabilities) =>
        capabilities.Lacks(ModelCapabilities.Completion)
            ? GatewayError.Invalid("model", FixedText.NotSupportedBy(request.Model, "chat"))
            : null;

    public bool TryAnswerLocally(AnswerContext context, IBufferWriter<byte> output) => false;

    public IAnswerEvents OpenStream(AnswerContext context, IBufferWriter<byte> output) => new OpenAIChatStream(context, output);

    public IPassThrough? OpenPassThrough(AnswerContext context, IBufferWriter<byte> output) => new CompletionPassThrough(context, output);

    public IEnumerable<(string Name, string Value)> AnswerHeaders(string requestId, RateLimits? limits) => OpenAIHeaders.Of(limits);

    public void WriteAnswer(AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output) =>
        OpenAIChatAnswer.Write(context, answer, output);
}
