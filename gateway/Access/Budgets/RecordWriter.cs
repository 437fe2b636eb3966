using System.Buffers.Binary;
using System.Text;

namespace Dragoman.Access.Budgets;

/// <summary>Writes the fields of a record one after the other: numbers in little endian, texts in UTF-8 after their length.</summary>
/// <param name="buffer">Is large enough for the longest record.</param>
internal ref struct RecordWriter(Span<byte> buffer)
{
    /// <summary>The length that stands for null.</summary>
    public const ushort Absent = ushort.MaxValue;

    private readonly Span<byte> buffer = buffer;

    /// <summary>The bytes that were written.</summary>
    public int Length { get; private set; }

    public void Add(byte value) => buffer[Length++] = value;

    public void Add(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer[Length..], value);
        Length += sizeof(int);
    }

    public void Add(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer[Length..], value);
        Length += sizeof(long);
    }

    public void Add(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer[Length..]);
        Length += bytes.Length;
    }

    public void Add(string? text)
    {
        var target = buffer[Length..];
        var length = text is null ? 0 : Encoding.UTF8.GetBytes(text, target[sizeof(ushort)..]);
        BinaryPrimitives.WriteUInt16LittleEndian(target, text is null ? Absent : (ushort)length);
        Length += sizeof(ushort) + length;
    }
}
