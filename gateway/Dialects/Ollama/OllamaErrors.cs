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

    public void WriteError(IBufferWriter<byte> output, GatewayError error, string requestId)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        writer.WriteString("error"u8, error.Message);
        writer.WriteEndObject();
    }
}
