using System.Text;
using Dragoman.Locales;
using Dragoman.Stores.Ledger;

namespace Dragoman.Administration;

/// <summary>A format in which usage is answered.</summary>
/// <param name="Name">Its name in the query.</param>
/// <param name="MediaType">Its media type in the header <c>Accept</c>.</param>
internal abstract record UsageFormat(string Name, string MediaType)
{
    private static readonly UsageFormat[] All = [new Json(), new Csv(), new Parquet()];

    /// <summary>The format that a query names, else the first one that the client accepts, else JSON.</summary>
    public static UsageFormat Of(string? name, string? accept, List<Mistake> mistakes)
    {
        if (name is not null)
        {
            if (All.FirstOrDefault(format => format.Name == name) is { } named)
                return named;
            mistakes.Add(Mistake.InQuery("format", MistakeText.NotOneOf(string.Join(", ", All.Select(format => format.Name)))));
        }

        foreach (var accepted in accept?.Split(',') ?? [])
        {
            if (All.FirstOrDefault(format => accepted.Split(';')[0].Trim().Equals(format.MediaType, StringComparison.OrdinalIgnoreCase)) is { } found)
                return found;
        }

        return All[0];
    }

    public abstract AdminAnswer Write(UsageQuery query, IReadOnlyList<UsageGroup> groups);

    private sealed record Json() : UsageFormat("json", "application/json")
    {
        public override AdminAnswer Write(UsageQuery query, IReadOnlyList<UsageGroup> groups) => new(200, StateJson.Of(writer =>
        {
            writer.WriteStartObject();
            StateJson.WriteTime(writer, "from", query.From);
            StateJson.WriteTime(writer, "to", query.To);
            writer.WriteStartArray("items"u8);
            foreach (var group in groups)
            {
                writer.WriteStartObject();
                if (group.Start is { } start)
                    StateJson.WriteTime(writer, "start", start);
                for (var index = 0; index < query.By.Count; index++)
                    writer.WriteString(UsageMember.NameOf(query.By[index]), group.Values[index]);
                foreach (var member in UsageMember.All)
                    writer.WriteNumber(member.Name, member.Shown(group.Sums));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }));
    }

    private sealed record Csv() : UsageFormat("csv", "text/csv")
    {
        public override AdminAnswer Write(UsageQuery query, IReadOnlyList<UsageGroup> groups) =>
            new(200, Encoding.UTF8.GetBytes(UsageCsv.Of(query, groups))) { MediaType = "text/csv; charset=utf-8" };
    }

    private sealed record Parquet() : UsageFormat("parquet", "application/vnd.apache.parquet")
    {
        public override AdminAnswer Write(UsageQuery query, IReadOnlyList<UsageGroup> groups) => new(200, UsageParquet.Of(query, groups)) { MediaType = MediaType };
    }
}
