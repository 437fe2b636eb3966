using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>The <c>batchEmbedContents</c> exchange (specs/dialects.md 4.1).</summary>
internal static class GeminiEmbeddings
{
    /// <param name="request">The request with the texts.</param>
    /// <param name="model">The model's full name, which is repeated for every text.</param>
    public static ReadOnlyMemory<byte> Write(EmbeddingRequest request, string model)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("requests"u8);
            foreach (var input in request.Inputs)
            {
                writer.WriteStartObject();
                writer.WriteString("model"u8, model);
                writer.WriteStartObject("content"u8);
                writer.WriteStartArray("parts"u8);
                writer.WriteStartObject();
                // The provider rejects an empty text but accepts a blank one.
                writer.WriteText("text"u8, input.Length == 0 ? " " : input);
                writer.WriteEndObject();
                writer.WriteEndArray();
                writer.WriteEndObject();
                if (request.Dimensions is { } dimensions)
                    writer.WriteNumber("outputDimensionality"u8, dimensions);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    /// <exception cref="GatewayException">The body is not a list of embeddings.</exception>
    public static EmbeddingAnswer Read(ReadOnlyMemory<byte> body) => VectorReader.Read(body, ReadAnswer);

    private static EmbeddingAnswer ReadAnswer(ref Utf8JsonReader reader)
    {
        List<float[]>? vectors = null;
        while (reader.NextMember())
        {
            var isList = reader.ValueTextEquals("embeddings"u8);
            reader.Read();
            if (isList)
                vectors = ReadVectors(ref reader);
            else
                reader.Skip();
        }

        return new EmbeddingAnswer(vectors ?? throw new FormatException("there are no embeddings"), Usage.Absent);
    }

    private static List<float[]> ReadVectors(ref Utf8JsonReader reader)
    {
        var vectors = new List<float[]>();
        // All vectors are read into the same list.
        var numbers = new List<float>();
        VectorReader.Expect(reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            VectorReader.Expect(reader, JsonTokenType.StartObject);
            float[]? vector = null;
            while (reader.NextMember())
            {
                var isVector = reader.ValueTextEquals("values"u8);
                reader.Read();
                if (isVector)
                    vector = ReadVector(ref reader, numbers);
                else
                    reader.Skip();
            }

            vectors.Add(vector ?? throw new FormatException("there is no vector"));
        }

        return vectors;
    }

    private static float[] ReadVector(ref Utf8JsonReader reader, List<float> numbers)
    {
        var vector = VectorReader.ReadNumbers(ref reader, numbers);
        Normalize(vector);
        return VectorReader.Finite(vector);
    }

    /// <summary>Google does not normalize vectors that it truncates, but OpenAI's clients expect the length 1.</summary>
    private static void Normalize(float[] vector)
    {
        const double tolerance = 1e-3;
        var length = Math.Sqrt(vector.Sum(value => (double)value * value));
        if (length == 0 || Math.Abs(length - 1) < tolerance)
            return;
        for (var index = 0; index < vector.Length; index++)
            vector[index] = (float)(vector[index] / length);
    }
}
