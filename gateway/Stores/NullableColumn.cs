using System.Data.Common;

namespace Dragoman.Stores;

/// <summary>Reads columns that may be NULL.</summary>
internal static class NullableColumn
{
    public static string? TextAt(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>A conditional expression with null and an array would be an empty memory, not none.</summary>
    public static ReadOnlyMemory<byte>? JsonAt(this DbDataReader row, int column)
    {
        if (row.IsDBNull(column))
            return null;
        return row.GetFieldValue<byte[]>(column);
    }
}
