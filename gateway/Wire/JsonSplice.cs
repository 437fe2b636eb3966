using System.Buffers;
using System.Text.Json;

namespace Dragoman.Wire;

/// <summary>
/// Looks up and replaces a single value of an object that lives for one call, such as an event of a stream, without
/// allocating. What is kept, or changed in several places, is a <see cref="JsonMembers"/>.
/// </summary>
public static class JsonSplice
{
    /// <summary>
    /// Copies an object with the value of its top-level member <paramref name="name"/> replaced; what follows the object is
    /// left out. Of several such members the last one counts and the others become null, so that a member that is sent a
    /// million times does not make the copy a million times larger.
    /// </summary>
    /// <param name="json">Begins with the object.</param>
    /// <param name="name">The member's name, without escapes.</param>
    /// <param name="replacement">JSON.</param>
    /// <param name="output">Gets the changed object.</param>
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

    /// <summary>Compares raw names: the framework's own comparison throws on half a surrogate pair.</summary>
    internal static bool IsNamed(in Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueIsEscaped
        ? System.Text.Encoding.UTF8.GetBytes(JsonText.ReadString(reader.ValueSpan)).AsSpan().SequenceEqual(name)
        : reader.ValueSpan.SequenceEqual(name);

    /// <summary>The raw JSON of a top-level member; the last one where there are several, nothing where there is none.</summary>
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
