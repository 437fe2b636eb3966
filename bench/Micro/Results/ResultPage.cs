using System.Globalization;
using System.Text;
using BenchmarkDotNet.Environments;
using Dragoman.Streams;

namespace Dragoman.Micro.Results;

/// <summary>One run's figures, as markdown.</summary>
internal static class ResultPage
{
    private static readonly (string Benchmark, string Title, string Case)[] Tables =
    [
        ("Writer.Text", "Writing a delta of text", "client"),
        ("Writer.Reasoning", "Writing a delta of reasoning", "client"),
        ("Writer.Arguments", "Writing a delta of a call's arguments", "client"),
        ("Reader.Event", "Reading an event, framed already", "provider"),
        ("Framing.ManyEventsPerRead", "Framing an event, many in a read", "its text"),
        ("Framing.OneEventPerRead", "Framing an event, one in a read", "its text"),
        ("ReadRequest.Read", "Reading a request (step 3)", "client"),
        ("WriteRequest.Write", "Writing a request (step 6)", "provider"),
        ("Schema.Check", "Checking a schema at the door", "of"),
        ("Schema.ForGemini", "Rewriting a schema for Gemini", "of"),
        ("AccessAuthentication.Authenticate", "Authenticating a known credential (step 2); a token has 1.5 kB", "credential"),
        ("AccessLimit.Count", "Counting a request and its tokens (steps 2, 5, 9)", "limited"),
    ];

    public static string Of(IReadOnlyList<Figure> figures, string note)
    {
        var text = new StringBuilder();
        var environment = string.Join("; ", HostEnvironmentInfo.GetCurrent().ToFormattedString().Select(line => line.Trim()));
        text.AppendLine(CultureInfo.InvariantCulture, $"# Microbenchmarks of {DateTime.UtcNow:yyyy-MM-dd}{note}").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"{environment}. One process, no network; bench/micro.sh repeats it, and [bench/README.md](../README.md) says how to read it.");
        WriteCells(text, figures);
        foreach (var (benchmark, title, column) in Tables)
        {
            var rows = figures.Where(figure => figure.Benchmark == benchmark).ToList();
            if (rows.Count == 0)
                continue;
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {title}").AppendLine()
                .AppendLine(CultureInfo.InvariantCulture, $"| {column} | time | ± | allocated |")
                .AppendLine("| --- | --- | --- | --- |");
            foreach (var row in rows)
                text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Case} | {Quantity.Time(row.Nanoseconds)} | {Quantity.Time(row.Deviation)} | {Quantity.Size(row.Bytes)} |");
        }

        return text.ToString();
    }

    /// <summary>Writes every pair of client and provider, relative to OpenAI's chat that is passed through.</summary>
    private static void WriteCells(StringBuilder text, IReadOnlyList<Figure> figures)
    {
        var tokens = figures.Where(figure => figure.Benchmark == "Cell.Token").ToDictionary(figure => figure.Case);
        var requests = figures.Where(figure => figure.Benchmark == "Request.Request").ToDictionary(figure => figure.Case);
        if (tokens.Count == 0 || requests.Count == 0)
            return;
        var lane = Ways.All.First().ToString();
        text.AppendLine().AppendLine("## Every way from a client to a provider").AppendLine()
            .AppendLine("A token: framing, reading, writing. A request: reading and writing, with three turns and two tools. × is against OpenAI's chat passed through.").AppendLine()
            .AppendLine("| client | provider | way | token | × | allocated | request | × | allocated |")
            .AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var cell in Ways.All)
        {
            if (!tokens.TryGetValue(cell.ToString(), out var token) || !requests.TryGetValue(cell.ToString(), out var request))
                continue;
            var way = cell.PassesThrough ? "passed through" : "translated";
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {cell.Client} | {cell.Upstream} | {way} | {Quantity.Time(token.Nanoseconds)} | {Ratio(token, tokens):0.00} | {Quantity.Size(token.Bytes)} | {Quantity.Time(request.Nanoseconds)} | {Ratio(request, requests):0.00} | {Quantity.Size(request.Bytes)} |");
        }

        double Ratio(Figure figure, Dictionary<string, Figure> all) =>
            all.TryGetValue(lane, out var against) ? figure.Nanoseconds / against.Nanoseconds : double.NaN;
    }
}
