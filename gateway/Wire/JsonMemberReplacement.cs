using System.Buffers;
using System.Text.Json;

namespace Dragoman.Wire;

/// <summary>
/// Replaces the value of one member in many objects that begin alike, as the events of a stream do. When an object has
/// the same bytes up to the end of the member's value as the object learned last, it is not parsed.
/// </summary>
/// <param name="name">The member's name, without escapes.</param>
/// <param name="value">JSON.</param>
public sealed class JsonMemberReplacement(byte[] name, byte[] value)
{
    /// <summary>After so many misses it learns no more: objects that each begin with another id never begin alike.</summary>
    private const int MostLessons = 16;

    private byte[] head = [];
    private byte[] replacedHead = [];
    private int lessons;

    /// <summary>Copies one object with the member's value replaced.</summary>
    /// <param name="json">The object, and nothing else.</param>
    /// <param name="output">Gets the changed object.</param>
    /// <exception cref="JsonException">Not JSON.</exception>
    public void Write(ReadOnlySpan<byte> json, IBufferWriter<byte> output) => Write(default, json, default, output);

    /// <inheritdoc cref="Write(ReadOnlySpan{byte}, IBufferWriter{byte})"/>
    /// <param name="before">Written in front of the object.</param>
    /// <param name="json">The object, and nothing else.</param>
    /// <param name="after">Written after the object.</param>
    /// <param name="output">Gets the changed object.</param>
    public void Write(ReadOnlySpan<byte> before, ReadOnlySpan<byte> json, ReadOnlySpan<byte> after, IBufferWriter<byte> output)
    {
        if (head.Length > 0 && json.StartsWith(head))
        {
            output.WriteJoined(before, replacedHead, json[head.Length..], after);
            return;
        }

        output.Write(before);
        JsonSplice.Replace(json, name, value, output);
        output.Write(after);
        if (lessons < MostLessons)
            Learn(json);
    }

    private void Learn(ReadOnlySpan<byte> json)
    {
        lessons++;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isWanted = JsonSplice.IsNamed(reader, name);
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!isWanted)
                continue;
            head = json[..(int)reader.BytesConsumed].ToArray();
            replacedHead = [.. json[..from], .. value];
            return;
        }
    }
}
