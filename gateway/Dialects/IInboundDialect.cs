using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>The wire format between a client and one generation endpoint.</summary>
public interface IInboundDialect
{
    /// <summary>The name in logs and metrics.</summary>
    string Name { get; }

    /// <summary>The content type of a streamed answer, for example <c>text/event-stream</c>.</summary>
    string StreamContentType { get; }

    /// <summary>The format of a failure before the answer begins.</summary>
    IErrorShape Errors { get; }

    /// <exception cref="GatewayException">The request is malformed; the error names the member.</exception>
    ChatRequest Read(JsonElement body, RequestContext context);

    /// <summary>The capability that the request needs and the model lacks, as the error that the dialect's clients match; null when there is none.</summary>
    GatewayError? FindMissingCapability(ChatRequest request, ModelCapabilities capabilities);

    /// <summary>
    /// Writes an answer that needs no model to <paramref name="output"/>; false when the provider has to be asked.
    /// </summary>
    bool TryAnswerLocally(AnswerContext context, IBufferWriter<byte> output);

    /// <summary>A state machine that writes the stream's bytes to <paramref name="output"/> as events arrive.</summary>
    IAnswerEvents OpenStream(AnswerContext context, IBufferWriter<byte> output);

    /// <summary>The lane for an answer that is already in this dialect; null when no provider speaks the dialect.</summary>
    IPassThrough? OpenPassThrough(AnswerContext context, IBufferWriter<byte> output);

    /// <summary>Writes a keep-alive that the dialect's clients ignore, when a stream is silent: a comment, unless the dialect defines something else.</summary>
    void WriteKeepAlive(AnswerContext context, IBufferWriter<byte> output) => output.Write(": keep-alive\n\n"u8);

    /// <summary>The dialect's own response headers, besides those that every answer has.</summary>
    /// <param name="requestId">The id of this exchange.</param>
    /// <param name="limits">The rate limits that the provider reported; null when it reported none.</param>
    IEnumerable<(string Name, string Value)> AnswerHeaders(string requestId, RateLimits? limits) => [];

    /// <summary>Writes a whole answer as one body.</summary>
    void WriteAnswer(AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output);
}
