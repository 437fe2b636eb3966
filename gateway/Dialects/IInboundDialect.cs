using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects;

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
