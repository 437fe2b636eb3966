using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Dragoman.Administration;

/// <summary>A column of a <see cref="ParquetFile"/>: its type, and its values in the encoding PLAIN.</summary>
/// <remarks>Wire facts: the pages Encodings and LogicalTypes of the repository apache/parquet-format.</remarks>
internal sealed class ParquetColumn
{
    private const int Int64 = 2;
    private const int ByteArray = 6;
    private const int FixedBytes = 7;
    private const int AmountBytes = 16;
    private const int AmountDigits = 38;
    private const int AmountDecimals = 12;

    private readonly int? length;
    private readonly Action<ThriftStruct> annotate;

    private ParquetColumn(string name, int type, int? length, bool isOptional, Action<ThriftStruct> annotate, ReadOnlyMemory<byte> values)
    {
        (Name, Type, this.length, IsOptional, Values) = (name, type, length, isOptional, values);
        this.annotate = annotate;
    }

    public string Name { get; }

    /// <summary>The physical type.</summary>
    public int Type { get; }

    /// <summary>Whether values may be absent.</summary>
    public bool IsOptional { get; }

    /// <summary>The content of its only page.</summary>
    public ReadOnlyMemory<byte> Values { get; }

    public static ParquetColumn OfNumbers(string name, IEnumerable<long> values) => new(name, Int64, null, isOptional: false, static _ => { }, Written(values));

    public static ParquetColumn OfTimes(string name, IEnumerable<DateTimeOffset> values) => new(
        name,
        Int64,
        null,
        isOptional: false,
        static schema =>
        {
            schema.WriteInt32(6, 9); // TIMESTAMP_MILLIS
            schema.WriteStruct(10, static logical => logical.WriteStruct(8, static timestamp =>
            {
                timestamp.WriteTrue(1); // in UTC
                timestamp.WriteStruct(2, static unit => unit.WriteStruct(1, static _ => { })); // milliseconds
            }));
        },
        Written(values.Select(static time => time.ToUnixTimeMilliseconds())));

    /// <summary>Amounts of picodollars as decimals of dollars with 12 digits after the point.</summary>
    public static ParquetColumn OfAmounts(string name, IEnumerable<decimal> picodollars)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var amount in picodollars)
        {
            BinaryPrimitives.WriteInt128BigEndian(output.GetSpan(AmountBytes), (Int128)amount);
            output.Advance(AmountBytes);
        }

        return new(
            name,
            FixedBytes,
            AmountBytes,
            isOptional: false,
            static schema =>
            {
                schema.WriteInt32(6, 5); // DECIMAL
                schema.WriteInt32(7, AmountDecimals);
                schema.WriteInt32(8, AmountDigits);
                schema.WriteStruct(10, static logical => logical.WriteStruct(5, static type =>
                {
                    type.WriteInt32(1, AmountDecimals);
                    type.WriteInt32(2, AmountDigits);
                }));
            },
            output.WrittenMemory);
    }

    /// <summary>Texts, some of which may be absent.</summary>
    public static ParquetColumn OfTexts(string name, IReadOnlyList<string?> values)
    {
        var output = new ArrayBufferWriter<byte>();
        // The levels tell which values are there: runs of one bit each, after their length.
        var levels = new ArrayBufferWriter<byte>();
        for (var index = 0; index < values.Count;)
        {
            var run = index;
            while (index < values.Count && values[index] is null == values[run] is null)
                index++;
            var header = (uint)(index - run) << 1;
            for (; header >= 0x80; header >>= 7)
                levels.Write([(byte)(header | 0x80)]);
            levels.Write([(byte)header, values[run] is null ? (byte)0 : (byte)1]);
        }

        WriteLength(output, levels.WrittenCount);
        output.Write(levels.WrittenSpan);
        foreach (var value in values)
        {
            if (value is null)
                continue;
            WriteLength(output, Encoding.UTF8.GetByteCount(value));
            Encoding.UTF8.GetBytes(value, output);
        }

        return new(
            name,
            ByteArray,
            null,
            isOptional: true,
            static schema =>
            {
                schema.WriteInt32(6, 0); // UTF8
                schema.WriteStruct(10, static logical => logical.WriteStruct(1, static _ => { }));
            },
            output.WrittenMemory);
    }

    /// <summary>Writes its element of the schema.</summary>
    public void WriteSchema(ThriftStruct schema)
    {
        schema.WriteInt32(1, Type);
        if (length is { } bytes)
            schema.WriteInt32(2, bytes);
        schema.WriteInt32(3, IsOptional ? 1 : 0);
        schema.WriteText(4, Name);
        annotate(schema);
    }

    private static ReadOnlyMemory<byte> Written(IEnumerable<long> values)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), value);
            output.Advance(sizeof(long));
        }

        return output.WrittenMemory;
    }

    private static void WriteLength(ArrayBufferWriter<byte> output, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), length);
        output.Advance(sizeof(int));
    }
}
