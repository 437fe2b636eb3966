using System.Globalization;
using Dragoman.Bench.Reports;

namespace Dragoman.Bench.Access;

/// <summary>The results of <c>dragoman-bench access</c>, as Markdown.</summary>
internal sealed class AccessReport
{
    private readonly MarkdownText text = new();

    public AccessReport(Machine machine, DateTimeOffset startedAt)
    {
        text.Title(Invariant($"Access, {startedAt:yyyy-MM-dd HH:mm} UTC, commit {machine.Commit}"));
        text.Paragraph(Invariant($"{machine.Cores} cores of {machine.Processor}, {machine.MemoryGibibytes:0} GiB, Linux {machine.Kernel}, {machine.Runtime}. Everything is on this one machine. How it is measured: [bench/README.md](../README.md)."));
        if (Environment.GetEnvironmentVariable("BENCH_NOTE") is { Length: > 0 } note)
            text.Paragraph(note);
    }

    public string Text => text.ToString();

    public void Add(IReadOnlyList<RevocationMeasure> rounds, int keys, double noise)
    {
        text.Section(Invariant($"Revoking one of {keys} keys"));
        var refused = rounds.SelectMany(round => round.Refused).ToArray();
        text.Paragraph(Invariant($"{rounds[0].Refused.Length} processes on one SQLite store serve a request a second each. **All refused the key within {refused.Max():0.00} s**; median of the processes {Statistics.Median(refused):0.00} s. {Noise(noise)}"));
        text.Headings("round", "first process refused after, s", "median", "last", "last request that was served, s");
        foreach (var (round, number) in rounds.Select((round, index) => (round, index + 1)))
            text.Row(Invariant($"{number}"), Fine(round.Refused.Min()), Fine(Statistics.Median(round.Refused)), Fine(round.Refused.Max()), Fine(round.LastServed.Max()));
    }

    public void Add(IReadOnlyList<ListingMeasure> listings, double noise)
    {
        text.Section("Listing the keys");
        text.Paragraph(Invariant($"All pages over HTTP, one after the other. {Noise(noise)}"));
        text.Headings("keys a page", "pages", "keys", "p50, ms", "p99", "largest");
        foreach (var listing in listings)
        {
            text.Row(
                Invariant($"{listing.PageSize}"), Invariant($"{listing.Milliseconds.Length}"), Invariant($"{listing.Keys}"),
                Fine(Statistics.Median(listing.Milliseconds)), Fine(Statistics.Percentile([.. listing.Milliseconds], 0.99)), Fine(listing.Milliseconds.Max()));
        }
    }

    public void Add(RateMeasure rate, int processes, int seconds, double noise)
    {
        text.Section(Invariant($"A limit of {rate.Limit} requests a minute over {processes} processes"));
        text.Paragraph(Invariant($"Each process was sent one request after the other for {seconds} s, {rate.Asked} in all, of which {rate.Admitted.Length} were admitted. Within any 60 s at most {rate.MostInAMinute} were: **{(double)rate.MostInAMinute / rate.Limit:0.000} of the limit**. {Noise(noise)}"));
    }

    public void Add(IReadOnlyList<CostMeasure> costs, string against, int starts, int requests, double noise)
    {
        text.Section("CPU of a whole answer");
        text.Paragraph(Invariant($"Of the sidecar, for an answer of 16 tokens to an Ollama client from a provider with OpenAI's format. Turns of {requests} requests each, with {starts} starts of all processes; the ratio is the median of the rounds, ± half the distance of its quartiles. {Noise(noise)}"));
        text.Headings("caller", "in flight", "µs of CPU a request", "ratio to open", "±", "rounds");
        foreach (var cost in costs)
        {
            foreach (var (way, turns) in cost.Microseconds)
            {
                var ratios = cost.RatiosOf(way, against);
                var spread = (Statistics.Percentile([.. ratios], 0.75) - Statistics.Percentile([.. ratios], 0.25)) / 2;
                text.Row(way, Invariant($"{cost.InFlight}"), Invariant($"{Statistics.Median(turns):0.0}"), Invariant($"{Statistics.Median(ratios):0.000}"), Invariant($"{spread:0.000}"), Invariant($"{ratios.Length}"));
            }
        }
    }

    private static string Noise(double cores) => Invariant($"Other processes kept {cores:0.00} cores busy meanwhile.");

    private static string Fine(double value) => Invariant($"{value:0.00}");

    private static string Invariant(FormattableString formatted) => formatted.ToString(CultureInfo.InvariantCulture);
}
