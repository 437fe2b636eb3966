using Dragoman.Bench.Figures;

namespace Dragoman.Bench.Reports;

/// <summary>Writes a run's report to the console and, with its drawing and its numbers, to files.</summary>
internal static class ResultFiles
{
    private static readonly string Kept = Path.Combine("bench", "results");
    private static readonly string Partial = Path.Combine("artifacts", "bench");

    /// <param name="run">The run to write.</param>
    /// <param name="isKept">Whether the run is a result, one per day and machine. Other runs are for comparisons and never committed.</param>
    public static async Task WriteAsync(Run run, bool isKept)
    {
        var folder = isKept ? Kept : Partial;
        var name = isKept ? $"{run.StartedAt:yyyy-MM-dd}-{run.Machine.ShortName}" : $"{run.StartedAt:yyyy-MM-dd-HHmmss}-{run.Machine.Commit}";
        var (text, svg) = Report.Of(run, $"{name}.svg");
        Console.WriteLine(text);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.md"), text);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.svg"), svg);
        await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.json"), FiguresFile.Write(run));
        Console.Error.WriteLine($"written to {Path.Combine(folder, name)}.md, .svg and .json");
    }

    /// <summary>Writes a report that is only text.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="text">The report.</param>
    /// <param name="isKept">Whether the run is a result. Other runs are for comparisons and never committed.</param>
    public static async Task WriteAsync(string name, string text, bool isKept = true)
    {
        var folder = isKept ? Kept : Partial;
        Console.WriteLine(text);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        await File.WriteAllTextAsync(path, text);
        Console.Error.WriteLine($"written to {path}");
    }
}
