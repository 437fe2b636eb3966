using Dragoman.Stores.Ledger;

namespace Dragoman.Administration;

/// <summary>Usage as a file of Apache Parquet with the columns of the other formats. Amounts are decimals of 38 digits, 12 of them after the point.</summary>
internal static class UsageParquet
{
    public static ReadOnlyMemory<byte> Of(UsageQuery query, IReadOnlyList<UsageGroup> groups)
    {
        var columns = new List<ParquetColumn>();
        if (query.Span != UsageSpan.All)
            columns.Add(ParquetColumn.OfTimes("start", groups.Select(static group => group.Start!.Value)));
        for (var index = 0; index < query.By.Count; index++)
        {
            var place = index;
            columns.Add(ParquetColumn.OfTexts(UsageMember.NameOf(query.By[index]), [.. groups.Select(group => group.Values[place])]));
        }

        foreach (var member in UsageMember.All)
        {
            columns.Add(member.IsMoney
                ? ParquetColumn.OfAmounts(member.Name, groups.Select(group => member.ValueOf(group.Sums)))
                : ParquetColumn.OfNumbers(member.Name, groups.Select(group => (long)member.ValueOf(group.Sums))));
        }

        return ParquetFile.Of(groups.Count, columns);
    }
}
