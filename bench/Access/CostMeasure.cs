using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Access;

/// <summary>The CPU of a sidecar for a whole answer, for each way to call it, in each round.</summary>
/// <param name="InFlight">The requests in flight.</param>
/// <param name="Microseconds">For each way the CPU per request of its turns.</param>
internal sealed partial record CostMeasure(int InFlight, IReadOnlyDictionary<string, double[]> Microseconds)
{
    /// <summary>Turns that are not counted.</summary>
    private const int WarmUps = 2;

    /// <summary>The work of a process after its answer, such as its log line, belongs to the request.</summary>
    private static readonly TimeSpan Afterwards = TimeSpan.FromMilliseconds(30);

    /// <summary>Measures all ways in turns, so that whatever else the machine does disturbs all of them.</summary>
    /// <param name="ways">What is called.</param>
    /// <param name="inFlight">The requests in flight.</param>
    /// <param name="rounds">The rounds, in each of which every way has a turn.</param>
    /// <param name="requests">The requests of a turn.</param>
    /// <param name="command">What precedes the load generator on its command line.</param>
    /// <param name="folder">A folder for the body of the requests.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    public static async Task<CostMeasure> MeasureAsync(IReadOnlyList<CostWay> ways, int inFlight, int rounds, int requests, string[] command, string folder, CancellationToken cancellation)
    {
        var body = Path.Combine(folder, "question.json");
        await File.WriteAllBytesAsync(body, AccessBed.Question.ToArray(), cancellation);
        var turns = ways.ToDictionary(way => way.Name, _ => new List<double>());
        for (var round = 0; round < WarmUps + rounds; round++)
        {
            for (var turn = 0; turn < ways.Count; turn++)
            {
                // Each round begins with another way.
                var way = ways[(round + turn) % ways.Count];
                var before = way.Process.CpuTime;
                await AskAsync(way, inFlight, requests, command, body, cancellation);
                await Task.Delay(Afterwards, cancellation);
                if (round >= WarmUps)
                    turns[way.Name].Add((way.Process.CpuTime - before).TotalMicroseconds / requests);
            }
        }

        return new(inFlight, turns.ToDictionary(each => each.Key, each => each.Value.ToArray()));
    }

    /// <summary>The rounds of several starts. A process that runs may be a few percent slower than the next one with the same executable.</summary>
    public static CostMeasure Together(IReadOnlyList<CostMeasure> starts) => new(
        starts[0].InFlight,
        starts[0].Microseconds.Keys.ToDictionary(way => way, way => starts.SelectMany(start => start.Microseconds[way]).ToArray()));

    /// <summary>The ratios of a way to another one, round by round.</summary>
    public double[] RatiosOf(string way, string to) => [.. Microseconds[way].Zip(Microseconds[to], (one, other) => one / other)];

    private static async Task AskAsync(CostWay way, int inFlight, int requests, string[] command, string body, CancellationToken cancellation)
    {
        string[] credential = way.Credential is null ? [] : ["-H", $"Authorization: Bearer {way.Credential}"];
        string[] line =
        [
            .. command, "ab", "-q", "-k", "-l", "-c", inFlight.ToString(CultureInfo.InvariantCulture), "-n", requests.ToString(CultureInfo.InvariantCulture),
            "-p", body, "-T", "application/json", .. credential, new Uri(way.Address, "/api/chat").ToString(),
        ];
        using var ab = Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (ab.StandardOutput.ReadToEndAsync(cancellation), ab.StandardError.ReadToEndAsync(cancellation));
        try
        {
            await ab.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            ab.Kill();
            throw;
        }

        var report = await output;
        if (ab.ExitCode != 0 || !Complete().IsMatch(report) || report.Contains("Non-2xx", StringComparison.Ordinal))
            throw new InvalidOperationException($"ab did not get {requests} answers of {way.Name}: {report.ReplaceLineEndings(" ")} {await errors}");
    }

    [GeneratedRegex(@"^Failed requests:\s+0$", RegexOptions.Multiline)]
    private static partial Regex Complete();
}

/// <summary>A way to call a sidecar.</summary>
/// <param name="Name">Its name in the report.</param>
/// <param name="Process">The sidecar.</param>
/// <param name="Address">The sidecar's address.</param>
/// <param name="Credential">The key or token; null for none.</param>
internal sealed record CostWay(string Name, RunningProcess Process, Uri Address, string? Credential);
