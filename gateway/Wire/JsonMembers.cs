using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Dragoman.Wire;

/// <summary>The top-level members of a JSON object as slices of its text. They are found once; looking up and changing them needs no other pass.</summary>
public sealed class JsonMembers
{
    /// <summary>The first capacity of the list; requests rarely have more members.</summary>
    private const int Usual = 12;

    private readonly ReadOnlyMemory<byte> json;
    private readonly List<Member> members;

    private JsonMembers(ReadOnlyMemory<byte> json, List<Member> members) => (this.json, this.members) = (json, members);

    /// <summary>The object's text.</summary>
    public ReadOnlyMemory<byte> Json => json;

    /// <summary>The length of the object's text in bytes.</summary>
    public int Length => json.Length;

    /// <summary>Whether the object has no members.</summary>
    internal bool IsEmpty => members.Count == 0;

    /// <summary>The offset right after the opening brace.</summary>
    internal int Inside => json.Span.IndexOf((byte)'{') + 1;

    /// <summary>Reads the members; null when the text is anything but one JSON object.</summary>
    public static JsonMembers? TryRead(ReadOnlyMemory<byte> json) => TryRead(json, mayBeFollowed: false);

    /// <summary>Reads the members of the object at the beginning of a text; null when there is none. The rest of the text is ignored.</summary>
    public static JsonMembers? TryReadFirst(ReadOnlyMemory<byte> json) => TryRead(json, mayBeFollowed: true);

    /// <summary>The members of an object that was parsed already, without reading its text again.</summary>
    /// <param name="parsed">The object.</param>
    /// <param name="text">The text that it was parsed from, with white space before the object and anything after it.</param>
    public static JsonMembers Of(JsonElement parsed, ReadOnlyMemory<byte> text)
    {
        var whole = JsonMarshal.GetRawUtf8Value(parsed);
        var start = text.Length - text.Span.TrimStart(" \t\r\n"u8).Length;
        var found = new List<Member>(Usual);
        foreach (var member in parsed.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(member);
            var value = JsonMarshal.GetRawUtf8Value(member.Value);
            // Both are slices of the parsed text, so their offsets are distances in memory. An empty name has an offset too.
            var from = PlaceOf(whole, value);
            found.Add(new Member(PlaceOf(whole, name), name.Length, from, from + value.Length));
        }

        return new JsonMembers(text.Slice(start, whole.Length), found);
    }

    /// <summary>A member's JSON: the last one when there are several, empty when there is none or when it is null.</summary>
    public ReadOnlyMemory<byte> Find(string name) => Find(Encoding.UTF8.GetBytes(name));

    /// <inheritdoc cref="Find(string)"/>
    public ReadOnlyMemory<byte> Find(ReadOnlySpan<byte> name)
    {
        var index = LastIndexOf(name);
        var value = index < 0 ? default : json[members[index].Value];
        return value.Span.SequenceEqual("null"u8) ? default : value;
    }

    /// <summary>Whether there is such a member, even with the value null.</summary>
    public bool Has(ReadOnlySpan<byte> name) => LastIndexOf(name) >= 0;

    /// <summary>Writes the object without some of its members and with others in front.</summary>
    /// <param name="without">The names of the members to leave out.</param>
    /// <param name="with">JSON: members to add, comma-separated; may be empty.</param>
    /// <param name="output">Receives the object.</param>
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

    /// <summary>The object without one member; the other members are as they were sent.</summary>
    public ReadOnlyMemory<byte> Without(string name)
    {
        var output = new ArrayBufferWriter<byte>(Length);
        Write([name], default, output);
        return output.WrittenMemory;
    }

    /// <summary>The index of the last member with a name; -1 when there is none.</summary>
    /// <param name="name">The name, without escapes.</param>
    /// <param name="before">Search only the members before this index; null for all.</param>
    internal int LastIndexOf(ReadOnlySpan<byte> name, int? before = null)
    {
        for (var index = (before ?? members.Count) - 1; index >= 0; index--)
        {
            if (IsNamed(members[index], name))
                return index;
        }

        return -1;
    }

    /// <summary>The range of a member's value in the object's text.</summary>
    internal Range ValueAt(int index) => members[index].Value;

    /// <summary>The range of a whole member, with its name.</summary>
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
        // Names with escapes are rare.
        return own.SequenceEqual(name) || (own.Contains((byte)'\\') && Encoding.UTF8.GetBytes(JsonText.ReadString(own)).AsSpan().SequenceEqual(name));
    }

    /// <param name="Name">The offset of the name, after its quote.</param>
    /// <param name="NameLength">The length of the raw name in bytes.</param>
    /// <param name="From">The offset of the value.</param>
    /// <param name="To">The offset right after the value.</param>
    private readonly record struct Member(int Name, int NameLength, int From, int To)
    {
        public Range Value => From..To;

        public Range Whole => (Name - 1)..To;
    }
}
