using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary><c>POST /v1/embeddings</c> (specs/dialects.md 4.1).</summary>
public static class OpenAIEmbeddings
{
    private const int MostInputs = 2048;

    /// <exception cref="GatewayException">The request is malformed.</exception>
    public static (EmbeddingRequest Request, EmbeddingEncoding Encoding) Read(JsonElement body, WorkLimit? work = null)
    {
        var request = RequestObject.OfBody(body, work: work);
        var dimensions = request.Int32("dimensions");
        if (dimensions is < 1)
            throw GatewayException.Invalid("dimensions", RequestText.AtLeast("dimensions", 1, dimensions));
        var unread = new UnreadMembers();
        unread.Note(request, "", "model", "input", "dimensions", "user", "encoding_format");
        var read = new EmbeddingRequest(request.RequiredString("model"), ReadInputs(request), dimensions)
        {
            User = request.String("user"),
            Unread = unread.Found,
        };
        return (read, ReadEncoding(request));
    }

    public static void Write(EmbeddingRequest request, EmbeddingEncoding encoding, EmbeddingAnswer answer, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        writer.WriteString("object"u8, "list"u8);
        writer.WriteStartArray("data"u8);
        for (var index = 0; index < answer.Vectors.Count; index++)
        {
            writer.WriteStartObject();
            writer.WriteString("object"u8, "embedding"u8);
            writer.WriteNumber("index"u8, index);
            writer.WritePropertyName("embedding"u8);
            WriteVector(writer, answer.Vectors[index], encoding);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("model"u8, request.Model);
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("prompt_tokens"u8, answer.Usage.InputTotal);
        writer.WriteNumber("total_tokens"u8, answer.Usage.InputTotal);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter writer, float[] vector, EmbeddingEncoding encoding)
    {
        if (encoding == EmbeddingEncoding.Base64)
        {
            // The format is little-endian float32, which is also this platform's byte order.
            writer.WriteBase64StringValue(MemoryMarshal.AsBytes(vector.AsSpan()));
            return;
        }

        writer.WriteStartArray();
        foreach (var value in vector)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    private static string[] ReadInputs(RequestObject request)
    {
        switch (request.Find("input"))
        {
            case { ValueKind: JsonValueKind.String } text:
                return [JsonText.ReadString(text)];
            case { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > MostInputs:
                throw GatewayException.Invalid("input", RequestText.MostItems("input", MostInputs, list.GetArrayLength()));
            case { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0:
                if (list.EnumerateArray().Any(item => item.ValueKind is JsonValueKind.Number or JsonValueKind.Array))
                    throw GatewayException.Invalid("input", RequestText.NoTokenArraysIn("input"));
                return [.. request.Strings("input")];
            case null or { ValueKind: JsonValueKind.Array }:
                throw GatewayException.Invalid("input", FixedText.InvalidInput);
            case { } wrong:
                throw request.WrongType("input", RequestText.StringOrStrings, wrong);
        }
    }

    private static EmbeddingEncoding ReadEncoding(RequestObject request) => request.String("encoding_format")?.ToLowerInvariant() switch
    {
        null or "float" => EmbeddingEncoding.Numbers,
        "base64" => EmbeddingEncoding.Base64,
        var other => throw GatewayException.Invalid("encoding_format", RequestText.OneOf("encoding_format", other, "float", "base64")),
    };
}
