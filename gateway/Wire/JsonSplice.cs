using System.Buffers;
using System.Text.Json;

namespace Dragoman.Wire;

/// <summary>
/// Looks up and replaces a single value of an object that is used for one call, such as an event of a stream, without
/// allocating. Use <see cref="JsonMembers"/> for an object that is kept or changed in several places.
/// </summary>
public static class JsonSplice
{
    /// <summary>
    /// Copies an object with the value of its top-level member <paramref name="name"/> replaced. Bytes after the object are
    /// not copied. When the member is there several times, the last one gets the replacement and the others become null, so
    /// that a member that is sent a million times does not make the copy a million times larger.
    /// </summary>
    /// <param name="json">Begins with the object.</param>
    /// <param name="name">The member's name, without escapes.</param>
    /// <param name="replacement">JSON.</param>
    /// <param name="output">Receives the changed object.</param>
    /// <returns>How many bytes the object takes.</returns>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static int Replace(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> replacement, IBufferWriter<byte> output)
    {
        var copied = 0;
        var isFound = false;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowMultipleValues = true });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isWanted = IsNamed(reader, name);
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!isWanted)
                continue;
            if (isFound)
                output.Write("null"u8);
            isFound = true;
            output.Write(json[copied..from]);
            copied = (int)reader.BytesConsumed;
        }

        if (isFound)
            output.Write(replacement);
        var length = (int)reader.BytesConsumed;
        output.Write(json[copied..length]);
        return length;
    }

    /// <summary>Compares raw names, because the framework's comparison throws on half a surrogate pair.</summary>
    internal static bool IsNamed(in Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueIsEscaped
        ? System.Text.Encoding.UTF8.GetBytes(JsonText.ReadString(reader.ValueSpan)).AsSpan().SequenceEqual(name)
        : reader.ValueSpan.SequenceEqual(name);

    /// <summary>The raw JSON of a top-level member: the last one when there are several, empty when there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name) => Find(json, name, out _);

    /// <inheritdoc cref="Find(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    /// <param name="json">Begins with the object.</param>
    /// <param name="name">The member's name, without escapes.</param>
    /// <param name="length">How many bytes the object takes.</param>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name, out int length)
    {
        ReadOnlySpan<byte> found = default;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowMultipleValues = true });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isWanted = IsNamed(reader, name);
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isWanted)
                found = json[from..(int)reader.BytesConsumed];
        }

        length = (int)reader.BytesConsumed;
        return found;
    }
}
