using System.Globalization;
using System.Text;
using Dragoman.Bench.Measures;

namespace Dragoman.Bench;

/// <summary>What was found, as markdown.</summary>
internal sealed class Report
{
    private const string Direct = "direct";
    private const string BareNginx = "nginx only";

    private readonly StringBuilder text = new();
    private readonly Findings findings;

    public Report(Findings findings)
    {
        this.findings = findings;
        WriteHead();
        WriteWholeAnswers();
        WriteSingleTokens();
        WriteTypedStreams();
        WriteFlood();
        WriteMemory();
        WriteStartUp();
    }

    public string Text => text.ToString();

    public string FileName => $"{findings.StartedAt:yyyy-MM-dd}-{findings.Machine.ShortName}.md";

    private void WriteHead()
    {
        var machine = findings.Machine;
        text.AppendLine($"# Figures of {findings.StartedAt:yyyy-MM-dd HH:mm} UTC, commit {machine.Commit}").AppendLine()
            .AppendLine($"{machine.Cores} cores of {machine.Processor}, {machine.MemoryGibibytes:0} GiB, Linux {machine.Kernel}, {machine.Runtime}, {machine.Nginx}. "
                + $"Everything on this one machine, over loopback, nothing pinned; {findings.Plan.Rounds} rounds in {findings.Took.TotalSeconds:0} s. "
                + "How it is measured and how to read it: [bench/README.md](../README.md).").AppendLine()
            .AppendLine($"Other processes kept {findings.CoresTakenByOthers:0.00} of {machine.Cores} cores busy meanwhile"
                + (findings.CoresTakenByOthers > 0.1 * machine.Cores ? ": **noisy**, times above all." : "."));
        if (Environment.GetEnvironmentVariable("BENCH_NOTE") is { Length: > 0 } note)
            text.AppendLine().AppendLine(note);
    }

    private void WriteWholeAnswers()
    {
        Section("Whole answers, one request in flight",
            "16 tokens, `/api/chat` with `stream: false` at ours, `/v1/chat/completions` at the upstream and bare nginx. Added: above direct in the same round. µs; × is against bare nginx.");
        Table("way", "p50", "p99", "added p50", "×", "added p99", "×", "hops' CPU a request", "×", "of that", "upstream's CPU");
        var direct = findings.Whole[Direct];
        var bare = findings.Whole[BareNginx];
        var bareMedian = Added(bare, round => round.Median);
        var bareP99 = Added(bare, round => round.P99);
        var bareCpu = CpuUse.MedianOf([.. bare.Select(round => round.Cpu)]).AllHops;
        foreach (var (name, rounds) in findings.Whole)
        {
            var cpu = CpuUse.MedianOf([.. rounds.Select(round => round.Cpu)]);
            var isDirect = name == Direct;
            var median = Added(rounds, round => round.Median);
            var p99 = Added(rounds, round => round.P99);
            Row(name, Whole(Statistics.Median(rounds.Select(round => round.Median))), Whole(Statistics.Median(rounds.Select(round => round.P99))),
                isDirect ? "" : Whole(median), isDirect ? "" : Ratio(median, bareMedian),
                isDirect ? "" : Whole(p99), isDirect ? "" : Ratio(p99, bareP99),
                isDirect ? "" : Whole(cpu.AllHops), isDirect ? "" : Ratio(cpu.AllHops, bareCpu), Split(cpu, "0"), Whole(cpu.Upstream));
        }

        double Added(List<WholeAnswers> rounds, Func<WholeAnswers, double> time) =>
            Statistics.Median(rounds.Zip(direct, (round, same) => time(round) - time(same)));
    }

    private void WriteSingleTokens()
    {
        Section("Tokens that arrive singly",
            $"{findings.Plan.SingleStreams} streams at once, 200 tokens a second each; OpenAI-shaped SSE in, Ollama NDJSON out at ours. µs of CPU a token.");
        Table("way", "hops' CPU a token", "×", "of that", "upstream's CPU");
        var bare = CpuUse.MedianOf(findings.Single[BareNginx]).AllHops;
        foreach (var (name, rounds) in findings.Single)
        {
            var cpu = CpuUse.MedianOf(rounds);
            Row(name, name == Direct ? "" : Fine(cpu.AllHops), name == Direct ? "" : Ratio(cpu.AllHops, bare), Split(cpu, "0.0"), Fine(cpu.Upstream));
        }
    }

    private void WriteTypedStreams()
    {
        var everySeconds = 1 / Plan.TypedStreamEvery.TotalSeconds;
        Section("Time to the first token, and between tokens",
            $"64 deltas at 20 ms, {everySeconds:0} streams started a second, {findings.Plan.TypedStreams * findings.Plan.Rounds} in all. ms; added: above direct; all rounds together.");
        Table("way", "first token p50", "p99", "added p50", "added p99", "gap p50", "gap p99", "gap p99 added");
        var direct = TypedStreams.All(findings.Typed[Direct]);
        foreach (var (name, rounds) in findings.Typed)
        {
            var all = TypedStreams.All(rounds);
            double median = Statistics.Percentile(all.FirstTokens, 0.5), p99 = Statistics.Percentile(all.FirstTokens, 0.99), gap = Statistics.Percentile(all.Gaps, 0.99);
            Row(name, Fine(median, 3), Fine(p99, 3),
                name == Direct ? "" : Fine(median - Statistics.Percentile(direct.FirstTokens, 0.5), 3),
                name == Direct ? "" : Fine(p99 - Statistics.Percentile(direct.FirstTokens, 0.99), 3),
                Fine(Statistics.Percentile(all.Gaps, 0.5), 2), Fine(gap, 2),
                name == Direct ? "" : Fine(gap - Statistics.Percentile(direct.Gaps, 0.99), 2));
        }
    }

    private void WriteFlood()
    {
        Section("Tokens without a pause",
            $"{Plan.FloodStreamsAtOnce} streams at once of 50,000 tokens from an upstream that replays a recording, each event an HTTP chunk of its own.");
        Table("way", "thousand tokens a second", "×", "hops' CPU a token, µs", "×", "of that", "upstream's CPU");
        var bareRate = Statistics.Median(findings.Flood[BareNginx].Select(round => round.TokensPerSecond));
        var bareCpu = CpuUse.MedianOf([.. findings.Flood[BareNginx].Select(round => round.Cpu)]).AllHops;
        foreach (var (name, rounds) in findings.Flood)
        {
            var rate = Statistics.Median(rounds.Select(round => round.TokensPerSecond));
            var cpu = CpuUse.MedianOf([.. rounds.Select(round => round.Cpu)]);
            Row(name, Whole(rate / 1000), Ratio(rate, bareRate), name == Direct ? "" : Fine(cpu.AllHops, 2), name == Direct ? "" : Ratio(cpu.AllHops, bareCpu), Split(cpu, "0.00"), Fine(cpu.Upstream, 2));
        }
    }

    private void WriteMemory()
    {
        Section("Resident memory", "MB, by process; nginx with its workers, whose shared pages count for each.");
        Table("process", "after start", "highest", "after load");
        foreach (var (name, memory) in findings.AfterLoad)
            Row(name, Megabytes(findings.Idle[name].Now), Megabytes(memory.Highest), Megabytes(memory.Now));

        static string Megabytes(long kibibytes) => (kibibytes * 1024 / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
    }

    private void WriteStartUp()
    {
        Section("Start-up", $"ms from starting a published executable to its first 200 on `/health`; {findings.Plan.Starts} starts.");
        Table("executable", "median", "fastest", "slowest", "CPU, median");
        foreach (var (name, starts) in findings.StartUp)
        {
            Row($"dragoman-{name}", Whole(Statistics.Median(starts.Select(start => start.Milliseconds))),
                Whole(starts.Min(start => start.Milliseconds)), Whole(starts.Max(start => start.Milliseconds)),
                Whole(Statistics.Median(starts.Select(start => start.CpuMilliseconds))));
        }
    }

    private void Section(string title, string explanation) => text.AppendLine().AppendLine($"## {title}").AppendLine().AppendLine(explanation).AppendLine();

    private void Table(params string[] headings)
    {
        Row(headings);
        text.Append("| --- |").AppendJoin("", Enumerable.Repeat(" ---: |", headings.Length - 1)).AppendLine();
    }

    private void Row(params string[] cells) => text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");

    private static string Split(CpuUse cpu, string format) =>
        cpu.Hops.Length < 2 ? "" : string.Join(" + ", cpu.Hops.Select(hop => $"{(hop.Name.StartsWith("nginx", StringComparison.Ordinal) ? "nginx" : hop.Name)} {hop.Microseconds.ToString(format, CultureInfo.InvariantCulture)}"));

    private static string Whole(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private static string Fine(double value, int digits = 1) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);

    private static string Ratio(double value, double bare) => bare > 0 ? (value / bare).ToString("0.00", CultureInfo.InvariantCulture) : "";
}
