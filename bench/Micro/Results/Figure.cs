using System.Text.Json;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Dragoman.Micro.Results;

/// <summary>The result of one benchmark.</summary>
/// <param name="Benchmark">The name, for example <c>Writer.Text</c>.</param>
/// <param name="Case">The benchmark's parameters.</param>
/// <param name="Nanoseconds">The time per operation: the median of the iterations, which other load disturbs least.</param>
/// <param name="Deviation">The standard deviation of the iterations.</param>
/// <param name="Bytes">The allocated bytes per operation.</param>
internal sealed record Figure(string Benchmark, string Case, double Nanoseconds, double Deviation, double Bytes)
{
    public string Name => $"{Benchmark}: {Case}";

    /// <returns>Null when the benchmark could not be measured.</returns>
    public static Figure? Of(BenchmarkReport report) => report.ResultStatistics is { } found
        ? new Figure(NameOf(report.BenchmarkCase), CaseOf(report.BenchmarkCase), found.Median, found.StandardDeviation, BytesOf(report))
        : null;

    public static string NameOf(BenchmarkCase benchmark)
    {
        var method = benchmark.Descriptor;
        return $"{method.Type.Name.Replace("Benchmarks", "", StringComparison.Ordinal)}.{method.WorkloadMethod.Name}";
    }

    public static string CaseOf(BenchmarkCase benchmark) =>
        string.Join(", ", benchmark.Parameters.Items.Select(item => item.Value is int number ? $"{number} B" : item.Value?.ToString()).DefaultIfEmpty("one tool"));

    public static void Write(IEnumerable<Figure> figures, Stream output)
    {
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        writer.WriteStartArray();
        foreach (var figure in figures)
        {
            writer.WriteStartObject();
            writer.WriteString("benchmark", figure.Benchmark);
            writer.WriteString("case", figure.Case);
            writer.WriteNumber("nanoseconds", Math.Round(figure.Nanoseconds, 2));
            writer.WriteNumber("deviation", Math.Round(figure.Deviation, 2));
            writer.WriteNumber("bytes", Math.Round(figure.Bytes, 2));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static IReadOnlyList<Figure> Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.EnumerateArray().Select(figure => new Figure(
            figure.GetProperty("benchmark").GetString()!,
            figure.GetProperty("case").GetString()!,
            figure.GetProperty("nanoseconds").GetDouble(),
            figure.GetProperty("deviation").GetDouble(),
            figure.GetProperty("bytes").GetDouble()))];
    }

    /// <summary>The bytes with their fraction, because a tenth of a byte per token means that something grows.</summary>
    private static double BytesOf(BenchmarkReport report)
    {
        var operations = report.GcStats.TotalOperations;
        return operations == 0 ? 0 : (report.GcStats.GetTotalAllocatedBytes(excludeAllocationQuantumSideEffects: true) ?? 0) / (double)operations;
    }
}
