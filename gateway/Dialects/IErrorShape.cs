using System.Buffers;
using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>Writes failures in the format that a dialect's clients read.</summary>
public interface IErrorShape
{
    /// <summary>The dialect's own header for the request's id, sent with every answer of its routes; null when it has none.</summary>
    string? RequestIdHeader => null;

    /// <summary>The media type of what <see cref="WriteError"/> writes.</summary>
    string ContentType => "application/json; charset=utf-8";

    /// <summary>The plain text with which the dialect answers an error; null when it answers with the JSON of <see cref="WriteError"/>.</summary>
    byte[]? PlainTextOf(GatewayError error) => null;

    /// <summary>Whether the dialect has headers for limits.</summary>
    bool HasRateLimitHeaders => false;

    /// <summary>The dialect's headers for what is left of the gateway's own limits, for answers and errors. None when the dialect has no such headers.</summary>
    /// <param name="limits">What is left.</param>
    /// <param name="now">The time that the limits' reset times are relative to.</param>
    IEnumerable<(string Name, string Value)> RateLimitHeaders(RateLimits limits, DateTimeOffset now) => [];

    /// <summary>The HTTP status of <paramref name="error"/> in this dialect.</summary>
    int StatusOf(GatewayError error);

    /// <summary>Writes the whole JSON body.</summary>
    void WriteError(IBufferWriter<byte> output, GatewayError error, string requestId);
}
