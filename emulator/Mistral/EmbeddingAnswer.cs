using System.Buffers.Binary;
using System.Text.Json;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Embeddings;

namespace Dragoman.Emulator.Mistral;

/// <summary>Writes the list of vectors, in the order of the inputs.</summary>
internal static class EmbeddingAnswer
{
    public static void Write(Utf8JsonWriter json, EmbeddingRequest request, string id)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        for (var index = 0; index < request.Inputs.Length; index++)
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WritePropertyName("embedding"u8);
            WriteVector(json, request, EmbeddingVector.Of(request.Inputs[index], request.Dimensions));
            json.WriteNumber("index"u8, index);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model"u8, request.RequestedModel);
        json.WritePropertyName("usage"u8);
        MistralUsage.Write(json, new Usage(request.PromptTokens, 0));
        json.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter json, EmbeddingRequest request, float[] vector)
    {
        if (request.DataType == "float" && request.AsBase64)
        {
            // OpenAI's clients decode little-endian 32-bit floats.
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var index = 0; index < vector.Length; index++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(index * sizeof(float)), vector[index]);
            json.WriteBase64StringValue(bytes);
            return;
        }

        if (request.DataType == "float")
        {
            json.WriteStartArray();
            foreach (var value in vector)
                json.WriteNumberValue(value);
            json.WriteEndArray();
            return;
        }

        var quantized = Quantize(vector, request.DataType);
        if (request.AsBase64)
        {
            json.WriteBase64StringValue(Array.ConvertAll(quantized, value => unchecked((byte)value)));
            return;
        }

        json.WriteStartArray();
        foreach (var value in quantized)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    /// <summary>Integers of eight bits: one scaled value each, or the signs of eight values with the first in the highest bit.</summary>
    private static int[] Quantize(float[] vector, string dataType)
    {
        if (dataType is "int8" or "uint8")
        {
            var largest = vector.Max(Math.Abs);
            var offset = dataType == "int8" ? 0 : 128;
            return Array.ConvertAll(vector, value => (int)MathF.Round(value / largest * 127) + offset);
        }

        var packed = new int[vector.Length / 8];
        for (var index = 0; index < packed.Length * 8; index++)
            packed[index / 8] |= (vector[index] > 0 ? 1 : 0) << (7 - (index % 8));
        return dataType == "binary" ? Array.ConvertAll(packed, value => value - 128) : packed;
    }
}
