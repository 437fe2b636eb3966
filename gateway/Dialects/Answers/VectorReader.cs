using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.Answers;

/// <summary>
/// Reads a provider's answer with vectors token by token, because a JSON document of a thousand vectors would hold a million
/// numbers.
/// </summary>
internal static class VectorReader
{
    /// <param name="reader">A reader at the start of the answer's object; the delegate must leave it at the object's end.</param>
    public delegate EmbeddingAnswer Reading(ref Utf8JsonReader reader);

    /// <summary>Reads the single object of the answer. An exception for an unexpected form becomes a failure of the provider.</summary>
    /// <exception cref="GatewayException">The answer is not a list of embeddings.</exception>
    public static EmbeddingAnswer Read(ReadOnlyMemory<byte> body, Reading reading)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span);
            reader.Read();
            Expect(reader, JsonTokenType.StartObject);
            var answer = reading(ref reader);
            // Throws when anything follows the object.
            reader.Read();
            return answer;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.NoEmbeddings), error);
        }
    }

    /// <param name="reader">A reader at the start of the array of numbers.</param>
    /// <param name="room">A list that all vectors of an answer share while they are read.</param>
    public static float[] ReadNumbers(ref Utf8JsonReader reader, List<float> room)
    {
        Expect(reader, JsonTokenType.StartArray);
        room.Clear();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            room.Add(reader.GetSingle());
        return [.. room];
    }

    /// <summary>The vector itself, if JSON can represent all of its numbers.</summary>
    /// <exception cref="FormatException">One of them is infinite or not a number.</exception>
    public static float[] Finite(float[] vector) =>
        Array.TrueForAll(vector, float.IsFinite) ? vector : throw new FormatException("a value is not a number");

    /// <exception cref="FormatException">The reader is at another token.</exception>
    public static void Expect(in Utf8JsonReader reader, JsonTokenType wanted)
    {
        if (reader.TokenType != wanted)
            throw new FormatException($"{wanted} was expected, not {reader.TokenType}");
    }
}
