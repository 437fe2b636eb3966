using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using Dragoman.Micro;
using Dragoman.Micro.Results;

const int Failed = 1;
const int Misused = 2;

switch (args)
{
    case ["run", "--short", var output, .. var words]:
        return Measure(Pace.Short, output, words);
    case ["run", var output, .. var words]:
        return Measure(Pace.Full, output, words);
    case ["compare", var folder]:
        Console.Write(Comparison.Of(folder));
        return 0;
    default:
        Console.Error.WriteLine("usage: dragoman-micro run [--short] OUTPUT [WORD...] | compare FOLDER; bench/micro.sh and bench/compare-commits.sh call it");
        return Misused;
}

// Writes OUTPUT.json and OUTPUT.md. The name of a benchmark or case must contain one of the words.
static int Measure(Pace pace, string output, string[] words)
{
    var started = Stopwatch.GetTimestamp();
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
    var figures = new List<Figure>();
    var failed = new List<string>();
    using (var log = new StreamLogger(output + ".log"))
    {
        foreach (var (benchmark, config) in pace.Benchmarks(log))
        {
            config.AddFilter(new SimpleFilter(one => words.Length == 0 || Array.Exists(words, word => NameOf(one).Contains(word, StringComparison.Ordinal))));
            var summary = BenchmarkRunner.Run(benchmark, config);
            foreach (var report in summary.Reports)
            {
                if (Figure.Of(report) is { } figure)
                    figures.Add(figure);
                else
                    failed.Add(Figure.NameOf(report.BenchmarkCase));
            }

            failed.AddRange(summary.ValidationErrors.Where(error => error.IsCritical).Select(error => error.Message));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{benchmark.Name}: {summary.Reports.Length} measured, {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s since the start"));
        }
    }

    if (failed.Count > 0 || figures.Count == 0)
    {
        Console.Error.WriteLine($"dragoman-micro: {(figures.Count == 0 && failed.Count == 0 ? "no benchmark has such a name" : $"not measured: {string.Join("; ", failed)}")}; {output}.log says more");
        return Failed;
    }

    using (var json = File.Create(output + ".json"))
        Figure.Write(figures, json);
    File.WriteAllText(output + ".md", ResultPage.Of(figures, Environment.GetEnvironmentVariable("BENCH_NOTE") is { Length: > 0 } note ? $", {note}" : ""));
    File.Delete(output + ".log");
    return 0;

    static string NameOf(BenchmarkCase one) => Figure.NameOf(one) + ": " + Figure.CaseOf(one);
}
