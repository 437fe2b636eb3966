using System.Globalization;
using System.Text;

namespace Dragoman.Bench.Streams;

/// <summary>The results for very many streams, as Markdown.</summary>
internal sealed class StreamsReport
{
    private readonly StringBuilder text = new();

    public StreamsReport(string title, Machine machine, DateTimeOffset startedAt)
    {
        text.AppendLine($"# {title}, {startedAt:yyyy-MM-dd HH:mm} UTC, commit {machine.Commit}").AppendLine();
        text.AppendLine($"{machine.Cores} cores of {machine.Processor}, {machine.MemoryGibibytes:0} GiB, Linux {machine.Kernel}, {machine.Runtime}, {machine.Nginx}. Client, upstream and what is between them are on this one machine. How it is measured: [bench/README.md](../README.md).");
        if (Environment.GetEnvironmentVariable("BENCH_NOTE") is { Length: > 0 } note)
            text.AppendLine().AppendLine(note);
    }

    public string Text => text.ToString();

    public void Add(StreamsFinding finding)
    {
        var client = finding.Client;
        var plan = finding.Plan;
        text.AppendLine().AppendLine($"## {plan.Streams} streams, {finding.Way}").AppendLine();
        text.AppendLine(Invariant($"A token a second each, {plan.Tokens} tokens a stream; started over {plan.RampText} s, all open for {plan.Hold.TotalSeconds:0.#} s. **{client.Lost} lost, {client.Stalled} stalled**; {client.Tokens} tokens came. Other processes kept {finding.CoresTakenByOthers:0.00} cores busy meanwhile."));
        foreach (var fault in client.Faults)
            text.AppendLine().AppendLine($"- {fault}");
        text.AppendLine();
        Row("ms", "p50", "p99", "p99.9", "largest");
        Row("---", "---:", "---:", "---:", "---:");
        Row("a token after it was due at the upstream", Fine(client.Lateness.Median), Fine(client.Lateness.P99), Fine(client.Lateness.P999), Fine(client.Lateness.Largest));
        Row("first token after connecting", Fine(client.FirstTokens.Median), Fine(client.FirstTokens.P99), Fine(client.FirstTokens.P999), Fine(client.FirstTokens.Largest));
        text.AppendLine();
        Row("process", "resident before, MB", "with all open", "after", "KB a stream", "proportional, KB a stream", "descriptors with all open", "threads", "cores busy");
        Row("---", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:");
        foreach (var hop in finding.Hops.Append(finding.Upstream))
        {
            Row(hop.Name, Megabytes(hop.Before.Resident), Megabytes(hop.Open.Resident), Megabytes(hop.After.Resident),
                Kilobytes(hop.Open.Resident - hop.Before.Resident), Kilobytes(hop.Open.Proportional - hop.Before.Proportional),
                $"{hop.Open.Descriptors}", $"{hop.Open.Threads}", Invariant($"{hop.Cores:0.00}"));
        }

        string Kilobytes(long kibibytes) => Invariant($"{kibibytes * 1024.0 / 1000 / plan.Streams:0.0}");
    }

    public void Add(IReadOnlyList<LargestCount> counts)
    {
        text.AppendLine().AppendLine("## The largest number of streams with none lost and none stalled").AppendLine();
        text.AppendLine(Invariant($"A token a second each, {LargestCount.Length.TotalSeconds:0} tokens a stream, 2000 streams started a second; doubled until a number goes wrong twice, then halved in between; no more than {LargestCount.Cap} are tried. Lateness, memory and cores at that number; ms, KB, cores."));
        text.AppendLine();
        Row("way", "streams", "token late p50", "p99", "p99.9", "largest", "hops' resident KB a stream", "hops' cores", "upstream's", "where it went wrong");
        Row("---", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---");
        foreach (var count in counts)
        {
            var worse = count.Tries.Where(each => !each.IsClean).MinBy(each => each.Plan.Streams);
            var wrong = worse is null ? "" : $"at {worse.Plan.Streams}: {worse.Client.Lost} lost, {worse.Client.Stalled} stalled{string.Concat(worse.Client.Faults.Take(1).Select(fault => $" ({fault})"))}";
            if (count.Best is not { } best)
            {
                Row(count.Way, "0", "", "", "", "", "", "", "", wrong);
                continue;
            }

            var client = best.Client;
            Row(count.Way, $"{(count.ReachedCap ? "≥ " : "")}{best.Plan.Streams}",
                Fine(client.Lateness.Median), Fine(client.Lateness.P99), Fine(client.Lateness.P999), Fine(client.Lateness.Largest),
                best.Hops.Length == 0 ? "" : string.Join(" + ", best.Hops.Select(hop => Invariant($"{hop.Name} {(hop.Open.Resident - hop.Before.Resident) * 1.024 / best.Plan.Streams:0.0}"))),
                best.Hops.Length == 0 ? "" : Invariant($"{best.Hops.Sum(hop => hop.Cores):0.00}"), Invariant($"{best.Upstream.Cores:0.00}"), wrong);
        }
    }

    private void Row(params string[] cells) => text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");

    private static string Megabytes(long kibibytes) => Invariant($"{kibibytes * 1024 / 1e6:0.0}");

    private static string Fine(double value) => Invariant($"{value:0.0}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
