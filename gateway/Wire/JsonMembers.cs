using System.Buffers;
using System.Text.Json;

namespace Dragoman.Wire;

/// <summary>The top-level members of a JSON object as slices of its text, found in one pass.</summary>
public sealed class JsonMembers
{
    private readonly ReadOnlyMemory<byte> json;
    private readonly List<(string Name, Range Value, Range Whole)> members = [];

    private JsonMembers(ReadOnlyMemory<byte> json) => this.json = json;

    /// <summary>Of the object's text, in bytes.</summary>
    public int Length => json.Length;

    /// <summary>Null when the text is not one JSON object and nothing else.</summary>
    public static JsonMembers? TryRead(ReadOnlyMemory<byte> json) => TryRead(json, mayBeFollowed: false);

    /// <summary>Null when the text does not begin with a JSON object; what follows it is ignored.</summary>
    public static JsonMembers? TryReadFirst(ReadOnlyMemory<byte> json) => TryRead(json, mayBeFollowed: true);

    private static JsonMembers? TryRead(ReadOnlyMemory<byte> json, bool mayBeFollowed)
    {
        var found = new JsonMembers(json);
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var from = (int)reader.TokenStartIndex;
                var name = JsonText.ReadString(reader.ValueSpan);
                reader.Read();
                var value = (int)reader.TokenStartIndex;
                reader.Skip();
                var to = (int)reader.BytesConsumed;
                found.members.Add((name, value..to, from..to));
            }

            return mayBeFollowed || !reader.Read() ? found : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A member's JSON; the last one where there are several, nothing where there is none or where it is null.</summary>
    public ReadOnlyMemory<byte> Find(string name)
    {
        var index = members.FindLastIndex(member => member.Name == name);
        var value = index < 0 ? default : json[members[index].Value];
        return value.Span.SequenceEqual("null"u8) ? default : value;
    }

    /// <summary>Writes the object without some of its members, and with others in front.</summary>
    /// <param name="without">Names of members to leave out.</param>
    /// <param name="with">JSON: members to add, comma-separated; may be empty.</param>
    /// <param name="output">Gets the object.</param>
    public void Write(IReadOnlyCollection<string> without, ReadOnlySpan<byte> with, IBufferWriter<byte> output)
    {
        output.Write("{"u8);
        output.Write(with);
        var isFirst = with.IsEmpty;
        foreach (var (name, _, whole) in members)
        {
            if (without.Contains(name))
                continue;
            if (!isFirst)
                output.Write(","u8);
            isFirst = false;
            output.Write(json.Span[whole]);
        }

        output.Write("}"u8);
    }
}
