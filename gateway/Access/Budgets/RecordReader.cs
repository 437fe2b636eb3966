using System.Buffers.Binary;
using System.Text;

namespace Dragoman.Access.Budgets;

/// <summary>Reads what <see cref="RecordWriter"/> wrote. A checksum was compared before, so that a record is as it was written.</summary>
/// <param name="record">The fields.</param>
internal ref struct RecordReader(ReadOnlySpan<byte> record)
{
    private ReadOnlySpan<byte> rest = record;

    public byte ReadByte()
    {
        var value = rest[0];
        rest = rest[1..];
        return value;
    }

    public int ReadInt32()
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[sizeof(int)..];
        return value;
    }

    public long ReadInt64()
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(rest);
        rest = rest[sizeof(long)..];
        return value;
    }

    public string? ReadOptionalText()
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        rest = rest[sizeof(ushort)..];
        if (length == RecordWriter.Absent)
            return null;
        var text = Encoding.UTF8.GetString(rest[..length]);
        rest = rest[length..];
        return text;
    }

    public string ReadText() => ReadOptionalText() ?? "";
}
