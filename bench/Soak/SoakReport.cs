using System.Globalization;
using System.Text;
using System.Text.Json;
using Dragoman.Bench.Plots;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Soak;

/// <summary>A soak's results: a verdict and tables as Markdown, the samples over time as a drawing, and the samples as JSON.</summary>
internal sealed class SoakReport(Machine machine, DateTimeOffset startedAt, TimeSpan length, int clients, IReadOnlyList<SoakSamples> samples, SoakLoad load, IReadOnlyList<FuzzedTarget> fuzzed)
{
    private static readonly (string Name, Func<ProcessSize, double> Of)[] Quantities =
    [
        ("resident memory, MB", size => size.Resident * 1.024 / 1000),
        ("open descriptors", size => size.Descriptors),
        ("threads", size => size.Threads),
    ];

    public string Text(string name)
    {
        var text = new StringBuilder();
        var trends = samples.SelectMany(process => Quantities.Select(quantity => (Process: process.Name, quantity.Name, Trend: process.TrendOf(quantity.Of)))).ToArray();
        var growing = trends.Where(trend => !trend.Trend.IsFlat).Select(trend => $"{trend.Process}'s {trend.Name}").ToArray();
        var requests = load.Counts.Values.Sum();
        text.AppendLine(Invariant($"# A soak of {length.TotalMinutes:0.#} minutes, {startedAt:yyyy-MM-dd HH:mm} UTC, commit {machine.Commit}")).AppendLine();
        text.AppendLine($"{machine.Cores} cores of {machine.Processor}, {machine.MemoryGibibytes:0} GiB, Linux {machine.Kernel}, {machine.Runtime}, {machine.Nginx}. {clients} clients through nginx, sidecar and functions to the emulator, on this one machine. How it is done: [bench/README.md](../README.md).").AppendLine();
        if (Environment.GetEnvironmentVariable("BENCH_NOTE") is { Length: > 0 } note)
            text.AppendLine(note).AppendLine();
        text.AppendLine(growing.Length == 0 ? "**Flat**: nothing grew in the second half." : $"**Not flat**: {string.Join(", ", growing)} grew in the second half.");
        text.AppendLine(Invariant($"{requests} requests, {requests / length.TotalSeconds:0} a second; {load.Surprises.Values.Sum()} were not answered as they had to be."));
        text.AppendLine().AppendLine($"![memory, descriptors and threads over time]({name}.svg)").AppendLine();
        text.AppendLine("| process | of the second half | mean | smallest | largest | growth | |").AppendLine("| --- | --- | ---: | ---: | ---: | ---: | --- |");
        foreach (var (process, quantity, trend) in trends)
            text.AppendLine(Invariant($"| {process} | {quantity} | {trend.Mean:0.0} | {trend.Smallest:0.0} | {trend.Largest:0.0} | {trend.Growth:+0.0;-0.0;0} | {(trend.IsFlat ? "flat" : "grows")} |"));
        text.AppendLine().AppendLine("| requests | |").AppendLine("| --- | ---: |");
        foreach (var (kind, count) in load.Counts.OrderByDescending(each => each.Value))
            text.AppendLine($"| {kind} | {count} |");
        foreach (var (what, count) in load.Surprises.OrderByDescending(each => each.Value))
            text.AppendLine().AppendLine($"- {count} × {what}");
        AppendFuzzed(text);
        return text.ToString();
    }

    private void AppendFuzzed(StringBuilder text)
    {
        if (fuzzed.Count == 0)
            return;
        text.AppendLine().AppendLine($"Fuzzed afterwards: {fuzzed.Sum(each => each.Executions)} inputs, {fuzzed.Sum(each => each.Finds)} finds.");
        text.AppendLine().AppendLine("| target | executions | a second | finds |").AppendLine("| --- | ---: | ---: | ---: |");
        foreach (var each in fuzzed)
            text.AppendLine($"| {each.Target} | {each.Executions} | {each.PerSecond} | {each.Finds} |");
    }

    public async Task WriteBesideAsync(string directory, string name)
    {
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(Path.Combine(directory, $"{name}.svg"), Drawing());
        await File.WriteAllBytesAsync(Path.Combine(directory, $"{name}.json"), Json());
    }

    private string Drawing()
    {
        var plots = Quantities.Select(quantity => new LinePlot(
            quantity.Name, "minutes", "",
            [.. samples.Select(process => new Series(process.Name, [.. process.All.Select(sample => (sample.Minute, quantity.Of(sample.Size)))]))]));
        return new PlotSheet(
            Invariant($"A soak of {length.TotalMinutes:0.#} minutes at mixed load"),
            $"{startedAt:yyyy-MM-dd}, commit {machine.Commit}, {machine.Cores} cores",
            [.. plots], columns: 1).ToSvg();
    }

    private byte[] Json()
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("startedAt", startedAt);
            json.WriteString("commit", machine.Commit);
            json.WriteNumber("minutes", length.TotalMinutes);
            json.WriteStartObject("processes");
            foreach (var process in samples)
            {
                json.WriteStartObject(process.Name);
                WriteColumn(json, "minute", process.All.Select(sample => Math.Round(sample.Minute, 3)));
                WriteColumn(json, "residentKiB", process.All.Select(sample => (double)sample.Size.Resident));
                WriteColumn(json, "descriptors", process.All.Select(sample => (double)sample.Size.Descriptors));
                WriteColumn(json, "threads", process.All.Select(sample => (double)sample.Size.Threads));
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return output.ToArray();
    }

    private static void WriteColumn(Utf8JsonWriter json, string name, IEnumerable<double> values)
    {
        json.WritePropertyName(name);
        json.WriteRawValue($"[{string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)))}]");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
