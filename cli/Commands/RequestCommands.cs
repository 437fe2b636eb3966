using System.CommandLine;
using System.Text.Json;
using Dragoman.Cli.Clients;
using Dragoman.Cli.Output;
using Dragoman.Startup;

namespace Dragoman.Cli.Commands;

/// <summary><c>requests tail</c>, and <c>request show</c>: what one of them did cost.</summary>
internal static class RequestCommands
{
    private static readonly IReadOnlyList<(Column Column, int Width)> Columns =
    [
        (Column.Of("TIME", "time"), 28), (Column.Of("TEAM", "team"), 12), (Column.Of("KEY", "key"), 12), (Column.Of("MODEL", "model"), 24),
        (Column.Of("OUTCOME", "outcome"), 10), (Column.Of("IN", "inputTokens"), 7), (Column.Of("OUT", "outputTokens"), 7),
        (Column.Of("FIRST-MS", "firstMs"), 9), (Column.Of("TOTAL-MS", "totalMs"), 9), (Column.Of("ERROR", "error"), 0),
    ];

    private static readonly IReadOnlyList<Column> TryColumns =
    [
        Column.Of("TIME", "time"), Column.Of("PROVIDER", "provider"), Column.Of("MODEL", "upstreamModel"), Column.Of("STATUS", "status"), Column.Of("OUTCOME", "outcome"),
        Column.Of("USAGE", "usage"), Column.Of("IN", "inputTokens"), Column.Of("OUT", "outputTokens"), Column.Of("TOTAL-MS", "totalMs"), Column.Of("COST", "cost"),
    ];

    /// <summary><c>request</c>.</summary>
    public static Command CreateOne(AdminRunner runner)
    {
        var id = IdArgument.Of("REQUEST-ID", "The request's id: the header x-request-id of its answer.");
        var show = new CliCommand("show", "Shows what a request did cost, in US dollars, with a row for each try that used something.")
        {
            Examples = ["dragoman request show 5f0c6c1d7f0e4f0e9d5b6f7a8c9d0e1f", "dragoman request show 5f0c6c1d7f0e4f0e9d5b6f7a8c9d0e1f --json | jq .cost"],
            Notes = ["The store knows a request about two seconds after its end. The process that has served it knows it at once."],
        };
        show.Add(id);
        show.SetAction((parse, cancellation) => runner.RunAsync(
            parse,
            runner.Call("GET", $"requests/{parse.GetRequiredValue(id)}"),
            null,
            answer => Show(runner.Context.Terminal, AdminRunner.ParsedBody(answer)),
            cancellation));
        return new CliCommand("request", "What a request did cost.") { show };
    }

    public static Command Create(AdminRunner runner)
    {
        var tail = new CliCommand("tail", "Shows each request of one gateway process when it ends, until it is interrupted.")
        {
            Examples = ["dragoman requests tail --url https://gateway.example.com", "dragoman requests tail --json | jq .totalMs"],
            Notes = ["With --json every line is an object. An object with the member dropped says how many requests were left out because the reader was slow."],
        };
        tail.SetAction(async (parse, cancellation) =>
        {
            var client = runner.OpenGateway(parse, "requests tail");
            await using (client.ConfigureAwait(false))
                return await TailAsync(runner, parse, client, cancellation).ConfigureAwait(false);
        });
        return new CliCommand("requests", "The requests of a running gateway.") { tail };
    }

    private static void Show(Terminal terminal, JsonElement request)
    {
        var tries = request.GetProperty("tries"u8);
        Tables.WriteList(terminal, TryColumns, tries.EnumerateArray());
        if (tries.GetArrayLength() > 1 && request.GetProperty("cost"u8).ValueKind == JsonValueKind.Number)
            terminal.Say($"All of them together cost ${JsonView.Text(request, "cost")}.");
    }

    private static async Task<int> TailAsync(AdminRunner runner, ParseResult parse, RemoteClient client, CancellationToken cancellation)
    {
        using var response = await client.OpenAsync("dragoman/requests", "application/x-ndjson", cancellation).ConfigureAwait(false);
        if ((int)response.StatusCode >= 300)
            return runner.Report(parse, await RemoteClient.ReadAsync(response, cancellation).ConfigureAwait(false), null);
        var terminal = runner.Context.Terminal;
        var wantsJson = runner.WantsJson(parse);
        if (!wantsJson && !runner.IsQuiet(parse))
            terminal.WriteLine(Row(static column => column.Title));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false));
        while (await ReadLineAsync(reader, client, cancellation).ConfigureAwait(false) is { } line)
            Show(terminal, line, wantsJson);
        terminal.Say("The gateway has ended the list: it stops, or the credential may not watch any longer.");
        return ExitCode.Done;
    }

    private static async Task<string?> ReadLineAsync(StreamReader reader, RemoteClient client, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadLineAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new CliFailure(ExitCode.Failed, $"the connection to {client.Address} was lost: {error.Message}");
        }
    }

    private static void Show(Terminal terminal, string line, bool wantsJson)
    {
        JsonElement request;
        try
        {
            request = JsonElement.Parse(line);
        }
        catch (JsonException)
        {
            throw new CliFailure(ExitCode.Failed, "a line is no JSON; is the address that of a Dragoman gateway?");
        }

        // An empty object keeps the connection alive.
        if (request.ValueKind != JsonValueKind.Object || !request.EnumerateObject().Any())
            return;
        if (wantsJson)
            terminal.WriteLine(line);
        else if (request.TryGetProperty("dropped"u8, out var dropped))
            terminal.Say($"{JsonView.Text(dropped)} requests are not shown, because this terminal is slow.");
        else
            terminal.WriteLine(Row(column => column.ValueOf(request)));
    }

    private static string Row(Func<Column, string> textOf) =>
        Printable.Line(string.Join("  ", Columns.Select(each => textOf(each.Column).PadRight(each.Width)))).TrimEnd();
}
