using System.CommandLine;
using System.Text;
using Dragoman.Administration;
using Dragoman.Cli.Output;

namespace Dragoman.Cli.Commands;

/// <summary><c>usage</c>: what was used, in groups.</summary>
internal static class UsageCommand
{
    private const string TableFormat = "table";
    private const string ParquetFormat = "parquet";

    private static readonly string[] Formats = [TableFormat, "json", "csv", ParquetFormat];

    private static readonly (string Name, string Value, string Description)[] Filters =
    [
        ("team", "TEAM", "Only this team."),
        ("key", "KEY-ID", "Only this key."),
        ("user", "USER", "Only this user."),
        ("model", "MODEL", "Only this published model."),
        ("provider", "PROVIDER", "Only this provider."),
        ("dialect", "DIALECT", "Only this API of the clients."),
        ("status", "STATUS", "Only this HTTP status."),
        ("outcome", "OUTCOME", "Only completed, clientLeft or failed."),
        ("origin", "ORIGIN", "Only reported, estimated, assumed or absent counts, or correction."),
        ("tag", "TAG", "Only this tag: NAME=VALUE, or NAME for any value."),
    ];

    public static Command Create(AdminRunner runner)
    {
        var by = new Option<string>("--by") { HelpName = "LIST", Description = "The groups: at most one of hour, day, month, and any of the filters, with commas between them." };
        var from = new Option<string>("--from") { HelpName = "TIME", Description = "The first day, or a whole hour, in UTC; the first day of this month if absent." };
        var to = new Option<string>("--to") { HelpName = "TIME", Description = "The day, or the hour, before which it ends; tomorrow if absent." };
        var format = new Option<string>("--format") { HelpName = "FORMAT", Description = "table, json, csv or parquet." };
        format.AcceptOnlyFromAmong(Formats);
        var output = new Option<string>("--output", "-o") { HelpName = "FILE", Description = "Writes the answer to a file, which is replaced." };
        var filters = Filters.Select(static filter => new Option<string>("--" + filter.Name) { HelpName = filter.Value, Description = filter.Description }).ToArray();
        var command = new CliCommand("usage", "Shows what was used and what it did cost, in US dollars.")
        {
            Examples =
            [
                "dragoman usage --by day,team --from 2026-11-01", "dragoman usage --by model,status --team web", "dragoman usage --by tag --tag project --format csv -o november.csv",
            ],
            Notes = ["An empty value of a filter is for requests without one. A store in Azure Table Storage answers by day, month and team only."],
        };
        command.Add(by);
        command.Add(from);
        command.Add(to);
        foreach (var filter in filters)
            command.Add(filter);
        command.Add(format);
        command.Add(output);
        command.SetAction(async (parse, cancellation) =>
        {
            var wanted = parse.GetValue(format) ?? (runner.WantsJson(parse) ? "json" : TableFormat);
            var path = parse.GetValue(output);
            if (wanted == TableFormat && path is not null)
                throw CliFailure.Usage("--output needs --format json, csv or parquet");
            if (wanted == ParquetFormat && path is null)
                throw CliFailure.Usage("--format parquet needs --output, because a terminal cannot show it");
            var call = runner.Call("GET", "usage", [
                ("by", parse.GetValue(by)), ("from", parse.GetValue(from)), ("to", parse.GetValue(to)), ("format", wanted == TableFormat ? null : wanted),
                .. filters.Select(filter => (filter.Name[2..], parse.GetValue(filter))),
            ]);
            byte[]? file = null;
            var code = await runner.RunAsync(parse, call, null, answer =>
            {
                if (path is not null)
                    file = answer.Body.ToArray();
                else if (wanted == TableFormat)
                    Show(runner, answer, parse.GetValue(by));
                else if (wanted == "json")
                    runner.Context.Terminal.WriteJson(answer.Body.Span);
                else
                    runner.Context.Terminal.WriteText(Encoding.UTF8.GetString(answer.Body.Span));
            }, cancellation, showsAnyFormat: true).ConfigureAwait(false);
            if (file is not null)
                await WriteAsync(path!, file, cancellation).ConfigureAwait(false);
            return code;
        });
        return command;
    }

    private static void Show(AdminRunner runner, AdminAnswer answer, string? by)
    {
        var names = by?.Split(',') ?? [];
        List<Column> columns =
        [
            .. names.Where(static name => name is "hour" or "day" or "month").Select(static name => name == "hour" ? Column.Minute("HOUR", "start") : Column.Day(name.ToUpperInvariant(), "start")),
            .. names.Where(static name => name is not ("hour" or "day" or "month")).Select(static name => Column.Of(name.ToUpperInvariant(), name)),
            Column.Of("REQUESTS", "requests"), Column.Of("FAILED", "failed"), Column.Of("INPUT", "inputTokens"), Column.Of("OUTPUT", "outputTokens"), Column.Of("COST", "cost"), Column.Of("UNPRICED", "unpriced"),
        ];
        var items = AdminRunner.ParsedBody(answer).GetProperty("items"u8);
        // Corrections are rare, and most people need not wonder what the column is.
        if (items.EnumerateArray().Any(static item => item.GetProperty("adjustments"u8).GetDecimal() != 0))
            columns.Add(Column.Of("ADJUSTED", "adjustments"));
        Tables.WriteList(runner.Context.Terminal, columns, items.EnumerateArray());
    }

    private static async Task WriteAsync(string path, byte[] bytes, CancellationToken cancellation)
    {
        try
        {
            await File.WriteAllBytesAsync(path, bytes, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure(ExitCode.Failed, $"{Startup.Printable.Quote(path)} cannot be written: {error.Message}");
        }
    }
}
