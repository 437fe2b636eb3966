using System.Text.Json;

namespace Dragoman.Wire;

/// <summary>Steps through JSON that a stranger wrote: what has the expected form is read, all else is skipped.</summary>
internal static class JsonReading
{
    /// <summary>Moves to the object's next member; false at the object's end.</summary>
    public static bool NextMember(this scoped ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Moves to the array's next object and skips all other elements; false at the array's end.</summary>
    public static bool NextObject(this scoped ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                return true;
            reader.Skip();
        }

        return false;
    }

    /// <summary>Whether the reader stands on such a token; a value that starts with another one is skipped.</summary>
    public static bool Enters(this scoped ref Utf8JsonReader reader, JsonTokenType first)
    {
        if (reader.TokenType == first)
            return true;
        reader.Skip();
        return false;
    }

    /// <summary>Reads the value of the member that the reader stands on, if it is a string: the inside of it, escaped.</summary>
    /// <param name="reader">Stands on the member's name, and then on the end of its value.</param>
    /// <param name="escaped">Stays as it is when the value is none.</param>
    public static void ReadText(this scoped ref Utf8JsonReader reader, ref ReadOnlySpan<byte> escaped)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            escaped = reader.ValueSpan;
        else
            reader.Skip();
    }

    /// <summary>Reads the value of the member that the reader stands on, if it is an integer of 32 bits; any other value is skipped.</summary>
    /// <param name="reader">Stands on the member's name, and then on the end of its value.</param>
    /// <param name="number">Stays as it is when the value is none.</param>
    public static void ReadNumber(this scoped ref Utf8JsonReader reader, ref int number)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value))
            number = value;
        else
            reader.Skip();
    }

    /// <summary>Skips the value of the member that the reader stands on.</summary>
    public static void SkipValue(this scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
