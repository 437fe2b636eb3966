using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.Ollama;

/// <summary>Ollama's error body: <c>{"error":"text"}</c>, always a string (specs/ollama.md 0.5).</summary>
public sealed class OllamaErrors : IErrorShape
{
    public static readonly OllamaErrors Shape = new();

    public int StatusOf(GatewayError error) => error.Status;

    /// <summary>Ollama's router answers unknown paths and methods in plain text (specs/ollama.md 0.2).</summary>
    public byte[]? PlainTextOf(GatewayError error) => error.Kind switch
    {
        ErrorKind.NotFound => [.. "404 page not found"u8],
        ErrorKind.MethodNotAllowed => [.. "405 method not allowed"u8],
        _ => null,
    };

    public void WriteError(IBufferWriter<byte> output, GatewayError error, string requestId)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        writer.WriteString("error"u8, error.Message);
        writer.WriteEndObject();
    }
}
