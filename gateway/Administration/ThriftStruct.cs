using System.Buffers;
using System.Text;

namespace Dragoman.Administration;

/// <summary>Writes a struct in the compact protocol of Apache Thrift, in which Parquet describes a file. The ids of fields must grow.</summary>
/// <remarks>Wire facts: "Thrift Compact protocol encoding" in the specifications of the repository apache/thrift.</remarks>
internal sealed class ThriftStruct(IBufferWriter<byte> output)
{
    private const byte True = 1;
    private const byte Int32 = 5;
    private const byte Int64 = 6;
    private const byte Binary = 8;
    private const byte List = 9;
    private const byte Struct = 12;

    private int last;

    public void WriteTrue(int id) => Begin(id, True);

    public void WriteInt32(int id, int value)
    {
        Begin(id, Int32);
        WriteNumber(value);
    }

    public void WriteInt64(int id, long value)
    {
        Begin(id, Int64);
        WriteNumber(value);
    }

    public void WriteText(int id, string value)
    {
        Begin(id, Binary);
        WriteText(value);
    }

    public void WriteStruct(int id, Action<ThriftStruct> write)
    {
        Begin(id, Struct);
        WriteStruct(write);
    }

    public void WriteStructs<T>(int id, IReadOnlyCollection<T> items, Action<ThriftStruct, T> write)
    {
        BeginList(id, items.Count, Struct);
        foreach (var item in items)
            WriteStruct(inner => write(inner, item));
    }

    public void WriteInt32s(int id, params ReadOnlySpan<int> items)
    {
        BeginList(id, items.Length, Int32);
        foreach (var item in items)
            WriteNumber(item);
    }

    public void WriteTexts(int id, params ReadOnlySpan<string> items)
    {
        BeginList(id, items.Length, Binary);
        foreach (var item in items)
            WriteText(item);
    }

    /// <summary>Ends the struct.</summary>
    public void End() => Write(0);

    private void WriteStruct(Action<ThriftStruct> write)
    {
        var inner = new ThriftStruct(output);
        write(inner);
        inner.End();
    }

    /// <summary>Ids that grow by less than 16 are in the same byte as the type.</summary>
    private void Begin(int id, byte type)
    {
        Write((byte)(((id - last) << 4) | type));
        last = id;
    }

    private void BeginList(int id, int count, byte type)
    {
        const int MostInByte = 14;
        Begin(id, List);
        Write((byte)((Math.Min(count, MostInByte + 1) << 4) | type));
        if (count > MostInByte)
            WriteVarint((ulong)count);
    }

    private void WriteText(string value)
    {
        WriteVarint((ulong)Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, output);
    }

    private void WriteNumber(long value) => WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Write((byte)(value | 0x80));
        Write((byte)value);
    }

    private void Write(byte value) => output.Write([value]);
}
