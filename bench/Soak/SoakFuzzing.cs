using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Dragoman.Bench.Soak;

/// <summary>The fuzzer's result for one target.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Executions">The number of inputs that were tried.</param>
/// <param name="PerSecond">The number of inputs per second.</param>
/// <param name="Finds">The number of different failures.</param>
internal sealed record FuzzedTarget(string Target, long Executions, long PerSecond, int Finds);

/// <summary>The soak's part without a server: <c>tests/fuzz/run.sh</c> on every target, each for an equal share of the time.</summary>
internal static partial class SoakFuzzing
{
    public static async Task<IReadOnlyList<FuzzedTarget>> RunAsync(string repository, TimeSpan length, CancellationToken cancellation)
    {
        if (length <= TimeSpan.Zero)
            return [];
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fuzzing for {length.TotalMinutes:0.#} minutes"));
        var targets = (await LinesAsync(repository, ["list"], cancellation)).Count;
        if (targets == 0)
            throw new InvalidOperationException("tests/fuzz/run.sh names no target");
        var share = (length / targets).TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        return Read(await LinesAsync(repository, ["all", share], cancellation));
    }

    /// <summary>Reads the lines with the fuzzer's summary of a target, and ignores others.</summary>
    public static IReadOnlyList<FuzzedTarget> Read(IEnumerable<string> lines) =>
    [
        .. lines.Select(line => Summary().Match(line)).Where(match => match.Success).Select(match => new FuzzedTarget(
            match.Groups[1].Value,
            long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture),
            long.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture),
            int.Parse(match.Groups[4].ValueSpan, CultureInfo.InvariantCulture))),
    ];

    private static async Task<IReadOnlyList<string>> LinesAsync(string repository, string[] arguments, CancellationToken cancellation)
    {
        using var fuzzer = new Process { StartInfo = new ProcessStartInfo(Path.Combine(repository, "tests", "fuzz", "run.sh"), arguments) { RedirectStandardOutput = true } };
        fuzzer.Start();
        try
        {
            var output = await fuzzer.StandardOutput.ReadToEndAsync(cancellation);
            await fuzzer.WaitForExitAsync(cancellation);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (OperationCanceledException)
        {
            fuzzer.Kill(entireProcessTree: true);
            throw;
        }
    }

    [GeneratedRegex(@"^(\S+)\s+(\d+) executions,\s+(\d+) a second,.* (\d+) finds$")]
    private static partial Regex Summary();
}
