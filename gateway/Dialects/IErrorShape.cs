using System.Buffers;
using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>Gives a failure the shape that a dialect's clients read.</summary>
public interface IErrorShape
{
    /// <summary>A header of the dialect's own with the request's id, on every answer of its routes; null: it has none.</summary>
    string? RequestIdHeader => null;

    /// <summary>The plain text that the dialect answers an error with; null: a JSON body, as <see cref="WriteError"/> writes it.</summary>
    byte[]? PlainTextOf(GatewayError error) => null;

    /// <summary>The status that goes with <paramref name="error"/> in this dialect.</summary>
    int StatusOf(GatewayError error);

    /// <summary>Writes the whole JSON body.</summary>
    void WriteError(IBufferWriter<byte> output, GatewayError error, string requestId);
}
