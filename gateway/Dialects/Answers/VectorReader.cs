using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Answers;

/// <summary>
/// Reads a provider's answer of vectors token by token: as a document, a thousand vectors would be a million numbers.
/// </summary>
internal static class VectorReader
{
    /// <param name="reader">Stands on the start of the answer's object; to be left on its end.</param>
    public delegate EmbeddingAnswer Reading(ref Utf8JsonReader reader);

    /// <summary>Reads the answer's one object; what a reading throws for wrong forms becomes the provider's failure.</summary>
    /// <exception cref="GatewayException">Not a list of embeddings.</exception>
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
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, "The provider's answer is not a list of embeddings."), error);
        }
    }

    /// <param name="reader">Stands on the start of the array of numbers.</param>
    /// <param name="room">Shared by all vectors of an answer while they are read.</param>
    public static float[] ReadNumbers(ref Utf8JsonReader reader, List<float> room)
    {
        Expect(reader, JsonTokenType.StartArray);
        room.Clear();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            room.Add(reader.GetSingle());
        return [.. room];
    }

    /// <summary>The vector itself, if JSON can carry all of its numbers on.</summary>
    /// <exception cref="FormatException">One of them is infinite or no number.</exception>
    public static float[] Finite(float[] vector) =>
        Array.TrueForAll(vector, float.IsFinite) ? vector : throw new FormatException("a value is not a number");

    /// <exception cref="FormatException">The reader stands on something else.</exception>
    public static void Expect(in Utf8JsonReader reader, JsonTokenType wanted)
    {
        if (reader.TokenType != wanted)
            throw new FormatException($"{wanted} was expected, not {reader.TokenType}");
    }
}
