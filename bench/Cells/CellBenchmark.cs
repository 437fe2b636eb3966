using System.Globalization;
using System.Text;

namespace Dragoman.Bench.Cells;

/// <summary>Every cell of dialects and providers, interleaved in rounds, as one table.</summary>
internal static class CellBenchmark
{
    private const int Rounds = 15;
    private const int WarmUps = 5;

    public static string Run()
    {
        var warm = Prepare();
        for (var round = 0; round < WarmUps; round++)
            warm.ForEach(meter => meter.MeasureOnce());
        var measured = Prepare();
        for (var round = 0; round < Rounds; round++)
        {
            // Each round begins with another cell.
            for (var place = 0; place < measured.Count; place++)
                measured[(place + round) % measured.Count].MeasureOnce();
        }

        return Table(measured);
    }

    /// <summary>Text completions never go to OpenAI's Responses.</summary>
    private static List<CellMeter> Prepare()
    {
        var cells =
            from client in Matrix.Clients
            from upstream in Matrix.Upstreams
            where (client.Name, upstream.Name) is not ("OpenAI completions", "OpenAI Responses")
            select new CellMeter(client, upstream);
        var meters = cells.ToList();
        meters.ForEach(meter => meter.Prepare());
        return meters;
    }

    private static string Table(List<CellMeter> cells)
    {
        var lane = cells.Single(cell => cell is { Client: "OpenAI chat", Provider: "OpenAI" }).Cost;
        var text = new StringBuilder();
        text.AppendLine("| client | provider | way | request, us | x | request, KB | token, ns | x | token, B |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var cell in cells)
        {
            var cost = cell.Cost;
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {cell.Client} | {cell.Provider} | {(cost.Lane ? "passed through" : "translated")} | {cost.RequestMicroseconds:F1} | {cost.RequestMicroseconds / lane.RequestMicroseconds:F2} | {cost.RequestBytes / 1024:F1} | {cost.TokenNanoseconds:F0} | {cost.TokenNanoseconds / lane.TokenNanoseconds:F2} | {cost.TokenBytes:F1} |"));
        }

        return text.ToString();
    }
}
