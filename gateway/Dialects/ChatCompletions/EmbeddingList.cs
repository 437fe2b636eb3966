using System.Runtime.InteropServices;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>The <c>embeddings</c> exchange that OpenAI, Mistral and compatible servers share (specs/dialects.md 4.1).</summary>
internal static class EmbeddingList
{
    /// <summary>Writes the texts. Providers reject an empty text but accept a blank one (specs/ollama.md 2.3).</summary>
    public static void WriteInputs(Utf8JsonWriter writer, IReadOnlyList<string> inputs)
    {
        writer.WriteStartArray("input"u8);
        foreach (var input in inputs)
            writer.WriteTextValue(input.Length == 0 ? " " : input);
        writer.WriteEndArray();
    }

    /// <summary>Reads vectors as numbers or as base64, in the order of their indices.</summary>
    /// <exception cref="GatewayException">The body is not a list of embeddings.</exception>
    public static EmbeddingAnswer Read(ReadOnlyMemory<byte> body) => VectorReader.Read(body, ReadAnswer);

    private static EmbeddingAnswer ReadAnswer(ref Utf8JsonReader reader)
    {
        List<Item>? items = null;
        var usage = Usage.Absent;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("data"u8))
                items = ReadItems(ref reader);
            else if (reader.ValueTextEquals("usage"u8))
                usage = ReadUsage(ref reader);
            else
                reader.SkipValue();
        }

        return new EmbeddingAnswer(Sort(items ?? throw new FormatException("there is no data")), usage);
    }

    private static float[][] Sort(List<Item> items)
    {
        var vectors = new float[items.Count][];
        for (var position = 0; position < items.Count; position++)
        {
            var (index, vector) = items[position];
            var place = index ?? position;
            if (place < 0 || place >= vectors.Length || vectors[place] is not null)
                throw new FormatException("an index is out of range or given twice");
            vectors[place] = vector;
        }

        return vectors;
    }

    private static List<Item> ReadItems(ref Utf8JsonReader reader)
    {
        var items = new List<Item>();
        var numbers = new List<float>();
        reader.Read();
        VectorReader.Expect(reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            VectorReader.Expect(reader, JsonTokenType.StartObject);
            items.Add(ReadItem(ref reader, numbers));
        }

        return items;
    }

    /// <param name="reader">A reader at the object's start.</param>
    /// <param name="numbers">The list that all vectors are read into.</param>
    private static Item ReadItem(ref Utf8JsonReader reader, List<float> numbers)
    {
        int? index = null;
        float[]? vector = null;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                index = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("embedding"u8))
            {
                vector = ReadVector(ref reader, numbers);
            }
            else
            {
                reader.SkipValue();
            }
        }

        return new Item(index, vector ?? throw new FormatException("there is no vector"));
    }

    private static float[] ReadVector(ref Utf8JsonReader reader, List<float> numbers)
    {
        reader.Read();
        return VectorReader.Finite(reader.TokenType == JsonTokenType.String ? ReadBase64(ref reader) : VectorReader.ReadNumbers(ref reader, numbers));
    }

    private static float[] ReadBase64(ref Utf8JsonReader reader)
    {
        var bytes = reader.GetBytesFromBase64();
        return bytes.Length % sizeof(float) == 0
            ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
            : throw new FormatException("a vector ends inside a value");
    }

    private static Usage ReadUsage(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.Enters(JsonTokenType.StartObject) && UsageReader.TryRead(ref reader, out var usage) ? usage : Usage.Absent;
    }

    private readonly record struct Item(int? Index, float[] Vector);
}
