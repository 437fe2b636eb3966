using System.Buffers;
using System.Text.Json;

namespace Dragoman.Wire;

/// <summary>Changes single values of a JSON object and leaves every other byte as it is.</summary>
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

    /// <summary>Copies an object with one member more, in front of the others.</summary>
    /// <param name="json">The object, and nothing else.</param>
    /// <param name="member">JSON: a quoted name, a colon and a value.</param>
    /// <param name="output">Gets the changed object.</param>
    public static void Insert(ReadOnlySpan<byte> json, ReadOnlySpan<byte> member, IBufferWriter<byte> output)
    {
        var inside = json.IndexOf((byte)'{') + 1;
        output.Write(json[..inside]);
        output.Write(member);
        if (!json[inside..].TrimStart(" \t\r\n"u8).StartsWith("}"u8))
            output.Write(","u8);
        output.Write(json[inside..]);
    }

    /// <summary>The object with one member less, its other members as they were sent.</summary>
    public static ReadOnlyMemory<byte> Without(JsonElement owner, string name)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            foreach (var member in owner.EnumerateObject().Where(member => !member.NameEquals(name)))
            {
                writer.WritePropertyName(member.Name);
                writer.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

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
