using System.Data.Common;

namespace Dragoman.Stores.Ledger;

/// <summary>
/// The roll-ups of entries in both SQL databases: sums for each hour and each day and all values of the entries, and
/// another table for each day and each tag. They are written in the transaction of their entries, so that they never differ.
/// </summary>
/// <remarks>
/// No value makes a settlement fail: sums end at <see cref="MostInRow"/>. Only the cost can come near to it, by 9 million
/// US dollars in one row.
/// </remarks>
internal sealed class UsageSql
{
    /// <summary>The rows of hours.</summary>
    public const string Hours = "ledger_usage_hours";

    /// <summary>The rows of days.</summary>
    public const string Days = "ledger_usage_days";

    /// <summary>The rows of days without keys, users and dialects, which are far fewer: most questions are answered from them.</summary>
    public const string Teams = "ledger_usage_teams";

    /// <summary>The rows of days and tags.</summary>
    public const string Tags = "ledger_usage_tags";

    private const string MostInRow = "9000000000000000000";

    /// <summary>Costs are added up in two parts, because a sum may be more than 64 bits hold.</summary>
    private const long Part = 1_000_000_000_000;

    private const long Hour = 3_600_000;
    private const long Day = 24 * Hour;

    /// <summary>An entry without a value has an empty text, because a key has no NULL.</summary>
    private const string Values = "team, key_id, user_id, model, provider, dialect, status, outcome, origin";

    private const string TeamValues = "team, model, provider, status, outcome, origin";

    private const string Counts = "requests, failed, unpriced, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, milliseconds";

    private const string Sums = $"{Counts}, longest, cost, adjustments";

    private static readonly string[] ValueNames = Values.Split(", ");

    private static readonly string[] CountNames = Counts.Split(", ");

    private readonly bool isPostgres;
    private readonly string schema;
    private readonly string least;
    private readonly string greatest;

    private UsageSql(bool isPostgres, string schema, string least, string greatest)
    {
        (this.isPostgres, this.schema, this.least, this.greatest) = (isPostgres, schema, least, greatest);
        var text = isPostgres ? """text COLLATE "C" NOT NULL""" : "TEXT NOT NULL";
        var number = isPostgres ? "bigint NOT NULL" : "INTEGER NOT NULL";
        var sums = string.Join(", ", Sums.Split(", ").Select(column => $"{column} {number}"));
        string[] tables = [Hours, Days, Teams, Tags];
        Table = new(
            Hours,
            [
                .. from table in tables
                   let own = $"start {number}, {string.Concat(ValuesOf(table).Split(", ").Select(column => $"{column} {text}, "))}{sums}"
                   select isPostgres
                       // Rows that change often have room for their next versions on their own page. A digest is a shorter key than all texts.
                       ? $"CREATE TABLE dragoman.{table} (id bytea PRIMARY KEY, {own}) WITH (fillfactor = 70)"
                       : $"CREATE TABLE {table} ({own}, PRIMARY KEY (start, {ValuesOf(table)})) WITHOUT ROWID",
                .. isPostgres ? from table in tables select $"CREATE INDEX {table}_by_start ON dragoman.{table} (start)" : [],
                // Whoever writes entries without roll-ups is waited for.
                .. isPostgres ? ["LOCK TABLE dragoman.ledger_entries, dragoman.ledger_corrections IN SHARE MODE"] : (string[])[],
                .. AddSums(Entries($"{schema}ledger_entries"), "0", hasTags: true),
                .. AddCorrections($"{schema}ledger_corrections", "0"),
            ]);
    }

    public static UsageSql Postgres { get; } = new(true, "dragoman.", "least", "greatest");

    public static UsageSql Sqlite { get; } = new(false, "", "min", "max");

    /// <summary>The tables, which get what is in a ledger that has none of them.</summary>
    public SchemaPart Table { get; }

    /// <summary>The statements that add entries, or sums of entries that <see cref="Sum"/> has made, to the roll-ups.</summary>
    /// <param name="sums">A query with the columns of the roll-ups.</param>
    /// <param name="shard">The number of the shard: writers with different ones do not wait for each other. SQLite has one writer and no shards.</param>
    /// <param name="hasTags">Whether an entry has tags.</param>
    public IReadOnlyList<string> AddSums(string sums, string shard, bool hasTags)
    {
        var perTag = isPostgres
            ? $"SELECT entry.*, label.key || '=' || label.value AS tag FROM ({sums}) entry, json_each_text(entry.tags::json) AS label (key, value)"
            : $"SELECT entry.*, label.key || '=' || label.value AS tag FROM ({sums}) entry, json_each(entry.tags) AS label";
        return [.. hasTags ? [Upsert(Tags, Day, perTag, shard)] : (string[])[], Upsert(Hours, Hour, sums, shard), Upsert(Days, Day, sums, shard), Upsert(Teams, Day, sums, shard)];
    }

    /// <summary>A query that adds up entries of the same hour with the same values and tags, so that each roll-up is made of fewer rows.</summary>
    /// <param name="source">The rows of the entries.</param>
    public string Sum(string source) =>
        $"""
        SELECT start AS at, {Values}, tags, {string.Join(", ", CountNames.Select(column => $"CAST(sum({column}) AS bigint) AS {column}"))},
            max(longest) AS longest, {Total("cost")} AS cost, {Total("adjustments")} AS adjustments
        FROM (SELECT of_hour.*, at - at % {Hour} AS start FROM ({Entries(source)}) of_hour) of_row GROUP BY start, {Values}, tags
        """;

    /// <summary>The statements that add corrections to the roll-ups.</summary>
    /// <param name="source">The rows of the corrections, with the columns at and applied.</param>
    /// <param name="shard">The number of the shard.</param>
    public IReadOnlyList<string> AddCorrections(string source, string shard)
    {
        var corrections =
            $"""
            SELECT at, {string.Join(", ", ValueNames.Select(column => column == "origin" ? "'correction' AS origin" : $"'' AS {column}"))},
                {string.Join(", ", CountNames.Select(column => $"0 AS {column}"))}, 0 AS longest, 0 AS cost, applied AS adjustments
            FROM {source}
            """;
        return [Upsert(Hours, Hour, corrections, shard), Upsert(Days, Day, corrections, shard), Upsert(Teams, Day, corrections, shard)];
    }

    /// <summary>The statement that answers a question, and its parameters $1, $2 and so on.</summary>
    public (string Text, IReadOnlyList<object> Parameters) Ask(UsageQuery query)
    {
        var parameters = new List<object> { query.From.ToUnixTimeMilliseconds(), query.To.ToUnixTimeMilliseconds() };
        var hasDetails = query.By.Concat(query.Where.Keys).Any(dimension => dimension is UsageDimension.Key or UsageDimension.User or UsageDimension.Dialect);
        var table = query.HasTag ? Tags : !query.IsOfDays ? Hours : hasDetails ? Days : Teams;
        var conditions = "start >= $1 AND start < $2";
        foreach (var (dimension, value) in query.Where)
        {
            var isAnyValue = dimension == UsageDimension.Tag && !value.Contains('=', StringComparison.Ordinal);
            parameters.Add(isAnyValue ? value + '=' : value);
            var parameter = $"${parameters.Count}";
            conditions += isAnyValue ? $" AND substr(tag, 1, length({parameter})) = {parameter}" : $" AND {ColumnOf(dimension)} = {parameter}";
        }

        var by = string.Concat(query.By.Select(dimension => $"{ColumnOf(dimension)}, "));
        var positions = string.Join(", ", Enumerable.Range(1, query.By.Count + 1));
        var costs = string.Join(", ", from column in (string[])["cost", "adjustments"] from part in (string[])[$"{column} / {Part}", $"{column} % {Part}"] select $"CAST(sum({part}) AS bigint)");
        var text =
            $"""
            SELECT {SpanOf(query)} AS span, {by}{string.Join(", ", CountNames.Select(column => $"CAST(sum({column}) AS bigint)"))}, max(longest), {costs}
            FROM {schema}{table} WHERE {conditions} GROUP BY {positions} ORDER BY {positions} LIMIT {UsageQuery.MostGroups + 1}
            """;
        return (text, parameters);
    }

    /// <summary>Reads a group of the answer.</summary>
    public static UsageGroup Read(DbDataReader row, UsageQuery query)
    {
        var values = new string?[query.By.Count];
        for (var index = 0; index < values.Length; index++)
            values[index] = row.GetString(index + 1) is { Length: > 0 } text ? text : null;
        var first = values.Length + 1;
        long Number(int column) => row.GetInt64(first + column);
        decimal Amount(int column) => ((decimal)Number(column) * Part) + Number(column + 1);
        return new(
            query.Span == UsageSpan.All ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)),
            values,
            new(Number(0), Number(1), Number(2), Amount(10), Amount(12), Number(3), Number(4), Number(5), Number(6), Number(7), Number(8), Number(9)));
    }

    /// <summary>Entries with the columns of the roll-ups. An adjustment of an account belongs to no request, so that only its time and its origin are known.</summary>
    private string Entries(string source)
    {
        const string OfLease = "substr(request_id, 1, 8) = 'assumed:'";
        static string Text(string column) => $"CASE WHEN {OfLease} THEN '' ELSE coalesce({column}, '') END";
        string Count(string column) => $"CASE WHEN {OfLease} THEN 0 ELSE {least}({column}, {UsageSums.MostOfEntry}) END";
        return
            $"""
            SELECT at, {Text("team")} AS team, {Text("key_id")} AS key_id, {Text("user_id")} AS user_id, {Text("model")} AS model, {Text("provider")} AS provider,
                {Text("dialect")} AS dialect, {Text("CAST(status AS text)")} AS status, {Text("outcome")} AS outcome, origin, tags,
                {Count("1")} AS requests, {Count("CASE WHEN outcome = 'failed' THEN 1 ELSE 0 END")} AS failed, {Count("CASE WHEN cost IS NULL THEN 1 ELSE 0 END")} AS unpriced,
                {Count("input_tokens")} AS input_tokens, {Count("cache_read_tokens")} AS cache_read_tokens, {Count("cache_write_tokens")} AS cache_write_tokens,
                {Count("output_tokens")} AS output_tokens, {Count("reasoning_tokens")} AS reasoning_tokens, {Count("milliseconds")} AS milliseconds, {Count("milliseconds")} AS longest,
                CASE WHEN {OfLease} THEN 0 ELSE coalesce(cost, 0) END AS cost, CASE WHEN {OfLease} THEN cost ELSE 0 END AS adjustments
            FROM {source}
            """;
    }

    /// <summary>A sum that may be more than 64 bits hold.</summary>
    private string Total(string column) => Capped(isPostgres ? $"sum({column})" : $"sum({column} / {Part}) * {Part} + sum({column} % {Part})");

    private string Capped(string sum) => isPostgres ? $"CAST(least(greatest({sum}, -{MostInRow}), {MostInRow}) AS bigint)" : $"min(max({sum}, -{MostInRow}), {MostInRow})";

    private static string ValuesOf(string table) => table switch
    {
        Tags => $"{Values}, tag",
        Teams => TeamValues,
        _ => Values,
    };

    private static string ColumnOf(UsageDimension dimension) => dimension switch
    {
        UsageDimension.Team => "team",
        UsageDimension.Key => "key_id",
        UsageDimension.User => "user_id",
        UsageDimension.Model => "model",
        UsageDimension.Provider => "provider",
        UsageDimension.Dialect => "dialect",
        UsageDimension.Status => "status",
        UsageDimension.Outcome => "outcome",
        UsageDimension.Origin => "origin",
        _ => "tag",
    };

    private string SpanOf(UsageQuery query) => query.Span switch
    {
        UsageSpan.All => "CAST(0 AS bigint)",
        UsageSpan.Hour => "start",
        UsageSpan.Day => $"start - start % {Day}",
        _ when isPostgres => "CAST(extract(epoch FROM date_trunc('month', to_timestamp(start / 1000) AT TIME ZONE 'UTC')) * 1000 AS bigint)",
        _ => "unixepoch(start / 1000, 'unixepoch', 'start of month') * 1000",
    };

    /// <summary>Rows are locked in the order of their keys, so that no two writers wait for each other.</summary>
    private string Upsert(string table, long width, string source, string shard)
    {
        var values = ValuesOf(table);
        var key = isPostgres ? "id" : $"start, {values}";
        var (id, ofId) = isPostgres ? ("id, ", $"substring(sha256(convert_to(ROW({shard}, start, {values})::text, 'UTF8')) FOR 16), ") : ("", "");
        string Grown(string column) => $"{column} = {Capped(isPostgres ? $"u.{column}::numeric + excluded.{column}" : $"u.{column} + excluded.{column}")}";
        return
            $"""
            INSERT INTO {schema}{table} AS u ({id}start, {values}, {Sums})
            SELECT {ofId}start, {values}, {string.Join(", ", CountNames.Select(column => $"sum({column})"))}, max(longest), {Total("cost")}, {Total("adjustments")}
            FROM (SELECT of_span.*, at - at % {width} AS start FROM ({source}) of_span) of_row
            GROUP BY start, {values} ORDER BY 1
            ON CONFLICT ({key}) DO UPDATE SET {string.Join(", ", CountNames.Select(column => $"{column} = u.{column} + excluded.{column}"))},
                longest = {greatest}(u.longest, excluded.longest), {Grown("cost")}, {Grown("adjustments")}
            """;
    }
}
