using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Dragoman.Wire;

/// <summary>The top-level members of a JSON object as slices of its text: found once, looked up and changed without another pass.</summary>
public sealed class JsonMembers
{
    /// <summary>Members that there is room for at first; requests rarely have more.</summary>
    private const int Usual = 12;

    private readonly ReadOnlyMemory<byte> json;
    private readonly List<Member> members;

    private JsonMembers(ReadOnlyMemory<byte> json, List<Member> members) => (this.json, this.members) = (json, members);

    /// <summary>The object's text.</summary>
    public ReadOnlyMemory<byte> Json => json;

    /// <summary>Of the object's text, in bytes.</summary>
    public int Length => json.Length;

    /// <summary>Whether the object has no members.</summary>
    internal bool IsEmpty => members.Count == 0;

    /// <summary>Where the object's first member would stand.</summary>
    internal int Inside => json.Span.IndexOf((byte)'{') + 1;

    /// <summary>Null when the text is not one JSON object and nothing else.</summary>
    public static JsonMembers? TryRead(ReadOnlyMemory<byte> json) => TryRead(json, mayBeFollowed: false);

    /// <summary>Null when the text does not begin with a JSON object; what follows it is left out.</summary>
    public static JsonMembers? TryReadFirst(ReadOnlyMemory<byte> json) => TryRead(json, mayBeFollowed: true);

    /// <summary>The members of an object that was parsed already, without reading its text again.</summary>
    /// <param name="parsed">The object.</param>
    /// <param name="text">What it was parsed from; white space may stand before the object, and anything after it.</param>
    public static JsonMembers Of(JsonElement parsed, ReadOnlyMemory<byte> text)
    {
        var whole = JsonMarshal.GetRawUtf8Value(parsed);
        var start = text.Length - text.Span.TrimStart(" \t\r\n"u8).Length;
        var found = new List<Member>(Usual);
        foreach (var member in parsed.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(member);
            var value = JsonMarshal.GetRawUtf8Value(member.Value);
            // Both lie in the text that was parsed, so their places in it are distances. An empty name has a place as well.
            var from = PlaceOf(whole, value);
            found.Add(new Member(PlaceOf(whole, name), name.Length, from, from + value.Length));
        }

        return new JsonMembers(text.Slice(start, whole.Length), found);
    }

    /// <summary>A member's JSON; the last one where there are several, nothing where there is none or where it is null.</summary>
    public ReadOnlyMemory<byte> Find(string name) => Find(Encoding.UTF8.GetBytes(name));

    /// <inheritdoc cref="Find(string)"/>
    public ReadOnlyMemory<byte> Find(ReadOnlySpan<byte> name)
    {
        var index = LastIndexOf(name);
        var value = index < 0 ? default : json[members[index].Value];
        return value.Span.SequenceEqual("null"u8) ? default : value;
    }

    /// <summary>Whether there is such a member, be it null.</summary>
    public bool Has(ReadOnlySpan<byte> name) => LastIndexOf(name) >= 0;

    /// <summary>Writes the object without some of its members, and with others in front.</summary>
    /// <param name="without">Names of members to leave out.</param>
    /// <param name="with">JSON: members to add, comma-separated; may be empty.</param>
    /// <param name="output">Gets the object.</param>
    public void Write(IReadOnlyCollection<string> without, ReadOnlySpan<byte> with, IBufferWriter<byte> output)
    {
        output.Write("{"u8);
        output.Write(with);
        var isFirst = with.IsEmpty;
        foreach (var member in members)
        {
            if (without.Any(name => IsNamed(member, Encoding.UTF8.GetBytes(name))))
                continue;
            if (!isFirst)
                output.Write(","u8);
            isFirst = false;
            output.Write(json.Span[member.Whole]);
        }

        output.Write("}"u8);
    }

    /// <summary>The object with one member less, its other members as they were sent.</summary>
    public ReadOnlyMemory<byte> Without(string name)
    {
        var output = new ArrayBufferWriter<byte>(Length);
        Write([name], default, output);
        return output.WrittenMemory;
    }

    /// <summary>Which member has a name; -1: none.</summary>
    /// <param name="name">Without escapes.</param>
    /// <param name="before">Only members before this one are looked at; null: all.</param>
    internal int LastIndexOf(ReadOnlySpan<byte> name, int? before = null)
    {
        for (var index = (before ?? members.Count) - 1; index >= 0; index--)
        {
            if (IsNamed(members[index], name))
                return index;
        }

        return -1;
    }

    /// <summary>Where a member's value stands in the object's text.</summary>
    internal Range ValueAt(int index) => members[index].Value;

    /// <summary>Where a member stands with its name.</summary>
    internal Range WholeAt(int index) => members[index].Whole;

    private static JsonMembers? TryRead(ReadOnlyMemory<byte> json, bool mayBeFollowed)
    {
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            var found = new List<Member>(Usual);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (name, nameLength) = ((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                reader.Read();
                var value = (int)reader.TokenStartIndex;
                reader.Skip();
                found.Add(new Member(name, nameLength, value, (int)reader.BytesConsumed));
            }

            var length = (int)reader.BytesConsumed;
            return mayBeFollowed || !reader.Read() ? new JsonMembers(json[..length], found) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int PlaceOf(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> part) =>
        (int)Unsafe.ByteOffset(ref MemoryMarshal.GetReference(whole), ref MemoryMarshal.GetReference(part));

    private bool IsNamed(Member member, ReadOnlySpan<byte> name)
    {
        var own = json.Span.Slice(member.Name, member.NameLength);
        // Hardly anybody escapes a name.
        return own.SequenceEqual(name) || (own.Contains((byte)'\\') && Encoding.UTF8.GetBytes(JsonText.ReadString(own)).AsSpan().SequenceEqual(name));
    }

    /// <param name="Name">Where the name begins, behind its quote.</param>
    /// <param name="NameLength">In bytes, as it is written.</param>
    /// <param name="From">Where the value begins.</param>
    /// <param name="To">Where the value has ended.</param>
    private readonly record struct Member(int Name, int NameLength, int From, int To)
    {
        public Range Value => From..To;

        public Range Whole => (Name - 1)..To;
    }
}
