using System.Text;
using System.Text.Json;
using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.OpenAI.Chat;

/// <summary>The logprob of a token, decided by the token alone, and the most likely alternatives.</summary>
internal static class TokenLogprobs
{
    /// <summary>Writes one entry of <c>logprobs.content</c>.</summary>
    /// <param name="json">A writer inside the array.</param>
    /// <param name="token">The token.</param>
    /// <param name="alternatives">The number of alternatives, 0 to 20. The first is the token itself.</param>
    public static void Write(Utf8JsonWriter json, string token, int alternatives)
    {
        var random = new DeterministicRandom(CanonicalHash.Of(token));
        var logprob = -Math.Round(random.Fraction(), 6);
        json.WriteStartObject();
        WriteToken(json, token, logprob);
        json.WriteStartArray("top_logprobs"u8);
        for (var number = 0; number < alternatives; number++)
        {
            json.WriteStartObject();
            WriteToken(json, number == 0 ? token : " " + random.Pick(Vocabulary.Words), Math.Round(logprob - number, 6));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter json, string token, double logprob)
    {
        json.WriteString("token"u8, token);
        json.WriteNumber("logprob"u8, logprob);
        json.WriteStartArray("bytes"u8);
        foreach (var part in Encoding.UTF8.GetBytes(token))
            json.WriteNumberValue(part);
        json.WriteEndArray();
    }
}
