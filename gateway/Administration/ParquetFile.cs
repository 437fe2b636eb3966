using System.Buffers;
using System.Buffers.Binary;

namespace Dragoman.Administration;

/// <summary>
/// A file of Apache Parquet with one row group, a page for each column, and no compression, which every reader knows. Parquet.Net would
/// use reflection, which a native executable cannot (IL3050 and IL2070 in 6.1.0, also without its serializer).
/// </summary>
/// <remarks>Wire facts: the file parquet.thrift of the repository apache/parquet-format.</remarks>
internal static class ParquetFile
{
    private const int Plain = 0;
    private const int RunLength = 3;

    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The columns, each with that many values.</param>
    public static ReadOnlyMemory<byte> Of(int rows, IReadOnlyList<ParquetColumn> columns)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write(Magic);
        // A row group without rows is not allowed everywhere, and a file without row groups is.
        var chunks = new List<(ParquetColumn Column, int Offset, int Length)>();
        foreach (var column in rows > 0 ? columns : [])
        {
            var offset = output.WrittenCount;
            WritePage(output, rows, column);
            chunks.Add((column, offset, output.WrittenCount - offset));
        }

        var footer = output.WrittenCount;
        WriteFooter(output, rows, columns, chunks);
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), output.WrittenCount - footer);
        output.Advance(sizeof(int));
        output.Write(Magic);
        return output.WrittenMemory;
    }

    private static void WritePage(ArrayBufferWriter<byte> output, int rows, ParquetColumn column)
    {
        var page = new ThriftStruct(output);
        page.WriteInt32(1, 0); // DATA_PAGE
        page.WriteInt32(2, column.Values.Length);
        page.WriteInt32(3, column.Values.Length);
        page.WriteStruct(5, data =>
        {
            data.WriteInt32(1, rows);
            data.WriteInt32(2, Plain);
            data.WriteInt32(3, RunLength);
            data.WriteInt32(4, RunLength);
        });
        page.End();
        output.Write(column.Values.Span);
    }

    private static void WriteFooter(ArrayBufferWriter<byte> output, int rows, IReadOnlyList<ParquetColumn> columns, List<(ParquetColumn Column, int Offset, int Length)> chunks)
    {
        var file = new ThriftStruct(output);
        file.WriteInt32(1, 1);
        file.WriteStructs<ParquetColumn?>(2, [null, .. columns], (schema, column) =>
        {
            if (column is not null)
            {
                column.WriteSchema(schema);
                return;
            }

            schema.WriteText(4, "rows");
            schema.WriteInt32(5, columns.Count);
        });
        file.WriteInt64(3, rows);
        int[] groups = chunks.Count == 0 ? [] : [chunks.Sum(static chunk => chunk.Length)];
        file.WriteStructs(4, groups, (group, bytes) =>
        {
            group.WriteStructs(1, chunks, (part, chunk) =>
            {
                part.WriteInt64(2, chunk.Offset);
                part.WriteStruct(3, meta => WriteMeta(meta, rows, chunk.Column, chunk.Offset, chunk.Length));
            });
            group.WriteInt64(2, bytes);
            group.WriteInt64(3, rows);
        });
        file.WriteText(6, "Dragoman");
        file.End();
    }

    private static void WriteMeta(ThriftStruct meta, int rows, ParquetColumn column, int offset, int length)
    {
        meta.WriteInt32(1, column.Type);
        meta.WriteInt32s(2, Plain, RunLength);
        meta.WriteTexts(3, column.Name);
        meta.WriteInt32(4, 0); // UNCOMPRESSED
        meta.WriteInt64(5, rows);
        meta.WriteInt64(6, length);
        meta.WriteInt64(7, length);
        meta.WriteInt64(9, offset);
    }
}
