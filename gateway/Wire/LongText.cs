using System.Text.Json;

namespace Dragoman.Wire;

/// <summary>
/// Writes texts whose length the client chooses in pieces. For a text in one piece the writer takes a buffer of three times
/// its length, and another of six times as much when anything in it must be escaped.
/// </summary>
internal static class LongText
{
    /// <summary>In UTF-16 units.</summary>
    private const int LongestPiece = 16 * 1024;

    /// <summary>Does the same as <see cref="Utf8JsonWriter.WriteString(ReadOnlySpan{byte}, string)"/>.</summary>
    public static void WriteText(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? text)
    {
        if (text is null || text.Length <= LongestPiece)
        {
            writer.WriteString(name, text);
            return;
        }

        writer.WritePropertyName(name);
        writer.WriteTextValue(text);
    }

    /// <summary>Does the same as <see cref="Utf8JsonWriter.WriteStringValue(string)"/>.</summary>
    public static void WriteTextValue(this Utf8JsonWriter writer, string text)
    {
        if (text.Length <= LongestPiece)
        {
            writer.WriteStringValue(text);
            return;
        }

        var rest = text.AsSpan();
        for (; rest.Length > LongestPiece; rest = rest[LongestPiece..])
            writer.WriteStringValueSegment(rest[..LongestPiece], isFinalSegment: false);
        writer.WriteStringValueSegment(rest, isFinalSegment: true);
    }
}
