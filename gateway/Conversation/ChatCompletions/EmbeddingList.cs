using System.Runtime.InteropServices;
using System.Text.Json;

namespace Dragoman.Conversation.ChatCompletions;

/// <summary>The <c>embeddings</c> exchange that OpenAI, Mistral and compatible servers share (specs/dialects.md 4.1).</summary>
internal static class EmbeddingList
{
    /// <summary>An empty text is refused upstream, a blank one is not (specs/ollama.md 2.3).</summary>
    public static void WriteInputs(Utf8JsonWriter writer, IReadOnlyList<string> inputs)
    {
        writer.WriteStartArray("input"u8);
        foreach (var input in inputs)
            writer.WriteStringValue(input.Length == 0 ? " " : input);
        writer.WriteEndArray();
    }

    /// <summary>Reads vectors as numbers or as base64, in the order of their indices.</summary>
    /// <exception cref="GatewayException">Not an embedding list.</exception>
    public static EmbeddingAnswer Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var data = document.RootElement.GetProperty("data");
            var vectors = new float[data.GetArrayLength()][];
            var position = 0;
            foreach (var item in data.EnumerateArray())
            {
                var index = item.TryGetProperty("index", out var given) && given.TryGetInt32(out var number) ? number : position;
                vectors[index] = ReadVector(item.GetProperty("embedding"));
                position++;
            }

            if (Array.Exists(vectors, vector => vector is null))
                throw new FormatException("an index is given twice");
            // JSON could not carry it on.
            if (Array.Exists(vectors, vector => !Array.TrueForAll(vector, float.IsFinite)))
                throw new FormatException("a value is not a number");
            return new EmbeddingAnswer(vectors, ReadUsage(document.RootElement));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException or FormatException)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, "The provider's answer is not a list of embeddings."), error);
        }
    }

    private static float[] ReadVector(JsonElement embedding)
    {
        if (embedding.ValueKind == JsonValueKind.String)
        {
            var bytes = embedding.GetBytesFromBase64();
            return bytes.Length % sizeof(float) == 0
                ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
                : throw new FormatException("a vector ends inside a value");
        }

        var vector = new float[embedding.GetArrayLength()];
        var position = 0;
        foreach (var value in embedding.EnumerateArray())
            vector[position++] = value.GetSingle();
        return vector;
    }

    private static Usage ReadUsage(JsonElement root) =>
        root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object
        && usage.TryGetProperty("prompt_tokens", out var count) && count.TryGetInt64(out var tokens)
            ? new Usage(tokens, 0)
            : Usage.Absent;
}
