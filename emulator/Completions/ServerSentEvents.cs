using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dragoman.Emulator.Completions;

/// <summary>Writes chunks as server-sent events and escapes text in them.</summary>
internal static class ServerSentEvents
{
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = Encoder, SkipValidation = true };

    public static ReadOnlySpan<byte> DataPrefix => "data: "u8;

    public static ReadOnlySpan<byte> EventEnd => "\n\n"u8;

    public static ReadOnlySpan<byte> Done => "data: [DONE]\n\n"u8;

    /// <summary>Writes one event. Only Anthropic and OpenAI's Responses name their events.</summary>
    public static void Write(IBufferWriter<byte> output, Action<Utf8JsonWriter> write, string? name = null)
    {
        if (name is not null)
        {
            output.Write("event: "u8);
            AppendEscaped(output, name);
            output.Write("\n"u8);
        }

        output.Write(DataPrefix);
        using (var json = new Utf8JsonWriter(output, WriterOptions))
            write(json);
        output.Write(EventEnd);
    }

    /// <summary>Appends <paramref name="text"/>, escaped for a JSON string.</summary>
    public static void AppendEscaped(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        var target = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, target);
        if (Encoder.FindFirstCharacterToEncodeUtf8(target[..length]) < 0)
            output.Advance(length);
        else
            output.Write(JsonEncodedText.Encode(text, Encoder).EncodedUtf8Bytes);
    }
}
