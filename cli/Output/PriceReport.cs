using System.Buffers;
using System.Text.Json;
using Dragoman.Prices;
using Dragoman.Wire;

namespace Dragoman.Cli.Output;

/// <summary>Shows how two price lists differ.</summary>
/// <param name="terminal">Where it is written.</param>
/// <param name="all">Whether the models without a price are listed too.</param>
/// <param name="isQuiet">Whether only the differences are written.</param>
internal sealed class PriceReport(Terminal terminal, bool all, bool isQuiet)
{
    private const string Nothing = "-";

    private static readonly string[] Titles = ["PROVIDER", "MODEL", "PRICE", "OURS", "THEIRS", "DIFFERENCE"];

    public void Write(PriceComparison comparison, PriceFile theirs, bool wantsJson)
    {
        if (wantsJson)
        {
            terminal.WriteJson(JsonOf(comparison));
            return;
        }

        var rows = comparison.Differences.Select(RowOf).ToList();
        if (all)
            rows.AddRange(comparison.Unknown.Select(static entry => new[] { entry.Provider, entry.Model, "no price here", Nothing, Nothing, Nothing }));
        if (rows.Count > 0)
            Tables.WriteRows(terminal, Titles, rows);
        if (isQuiet)
            return;
        foreach (var skipped in theirs.Skipped)
            terminal.Say($"left out: {skipped}");
        terminal.Say($"{comparison.Compared} models were compared, {comparison.Differences.Count} prices differ; {comparison.Unknown.Count} models of the file have no price here.");
    }

    private static string[] RowOf(PriceDifference difference) =>
    [
        difference.Provider,
        difference.Model,
        difference.Name,
        difference.Ours is { } ours ? PriceView.Of(ours) : Nothing,
        PriceView.Of(difference.Theirs),
        difference.Ours is { } known ? $"{(difference.Theirs > known ? "+" : "")}{PriceView.Of(difference.Theirs - known)}" : Nothing,
    ];

    private static ReadOnlySpan<byte> JsonOf(PriceComparison comparison)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteNumber("compared"u8, comparison.Compared);
            writer.WriteStartArray("differences"u8);
            foreach (var difference in comparison.Differences)
            {
                writer.WriteStartObject();
                writer.WriteString("provider"u8, difference.Provider);
                writer.WriteString("model"u8, difference.Model);
                writer.WriteString("price"u8, difference.Name);
                if (difference.Ours is { } ours)
                    writer.WriteNumber("ours"u8, ours);
                else
                    writer.WriteNull("ours"u8);
                writer.WriteNumber("theirs"u8, difference.Theirs);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("unknown"u8);
            foreach (var entry in comparison.Unknown)
            {
                writer.WriteStartObject();
                writer.WriteString("provider"u8, entry.Provider);
                writer.WriteString("model"u8, entry.Model);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return output.WrittenSpan;
    }
}
