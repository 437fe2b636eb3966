using System.Text.Json;

namespace Dragoman.Bench.Figures;

/// <summary>A run's numbers as JSON, from which the report is written and which <c>compare</c> reads.</summary>
internal static class FiguresFile
{
    /// <summary>More digits would only be noise.</summary>
    private const int Digits = 4;

    public static byte[] Write(Run run)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("startedAt", run.StartedAt);
            json.WriteNumber("tookSeconds", Round(run.Took.TotalSeconds));
            WriteMachine(json, run.Machine);
            json.WriteNumber("rounds", run.Plan.Rounds);
            json.WriteNumber("coresTakenByOthers", Round(run.CoresTakenByOthers));
            json.WriteStartArray("figures");
            foreach (var figure in run.Figures.All)
                Write(json, figure);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        return output.ToArray();
    }

    /// <exception cref="InvalidOperationException">The file was not written by this class.</exception>
    public static FiguresOfRun Read(ReadOnlyMemory<byte> file)
    {
        try
        {
            using var json = JsonDocument.Parse(file);
            var run = json.RootElement;
            var label = $"{run.GetProperty("startedAt").GetDateTimeOffset():yyyy-MM-dd HH:mm}, commit {run.GetProperty("machine").GetProperty("commit").GetString()}";
            return new(label, [.. run.GetProperty("figures").EnumerateArray().Select(Read)]);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or FormatException)
        {
            throw new InvalidOperationException($"not a file of figures: {error.Message}", error);
        }
    }

    private static void WriteMachine(Utf8JsonWriter json, Machine machine)
    {
        json.WriteStartObject("machine");
        json.WriteString("commit", machine.Commit);
        json.WriteString("processor", machine.Processor);
        json.WriteNumber("cores", machine.Cores);
        json.WriteNumber("memoryGibibytes", Round(machine.MemoryGibibytes));
        json.WriteString("kernel", machine.Kernel);
        json.WriteString("runtime", machine.Runtime);
        json.WriteString("nginx", machine.Nginx);
        json.WriteString("peer", machine.Peer);
        json.WriteEndObject();
    }

    // One figure per line, so that one changed figure is one changed line.
    private static void Write(Utf8JsonWriter json, Figure figure)
    {
        using var line = new MemoryStream();
        using (var compact = new Utf8JsonWriter(line))
        {
            compact.WriteStartObject();
            compact.WriteString("measure", figure.Measure);
            compact.WriteString("of", figure.Subject);
            compact.WriteString("figure", figure.Name);
            compact.WriteString("unit", figure.Unit);
            compact.WriteNumber("value", Round(figure.Value));
            if (figure.Rounds.Count > 0)
            {
                compact.WriteStartArray("rounds");
                foreach (var round in figure.Rounds)
                    compact.WriteNumberValue(Round(round));
                compact.WriteEndArray();
            }

            compact.WriteEndObject();
        }

        json.WriteRawValue(line.ToArray());
    }

    private static Figure Read(JsonElement figure) => new(
        figure.GetProperty("measure").GetString()!,
        figure.GetProperty("of").GetString()!,
        figure.GetProperty("figure").GetString()!,
        figure.GetProperty("unit").GetString()!,
        figure.GetProperty("value").GetDouble(),
        figure.TryGetProperty("rounds", out var rounds) ? [.. rounds.EnumerateArray().Select(round => round.GetDouble())] : []);

    private static decimal Round(double value) => Math.Round((decimal)value, Digits);
}

/// <param name="Label">The time and the commit of the run.</param>
/// <param name="Figures">The figures in the file's order.</param>
internal sealed record FiguresOfRun(string Label, IReadOnlyList<Figure> Figures);
