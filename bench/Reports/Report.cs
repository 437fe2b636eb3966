using System.Globalization;
using Dragoman.Bench.Measures;
using Dragoman.Bench.Plots;
using Dragoman.Bench.Streams;

namespace Dragoman.Bench.Reports;

/// <summary>The report of a run for people: tables and their plots.</summary>
internal sealed class Report
{
    private static readonly string[] Percentiles = ["p50", "p99", "p99.9"];

    private readonly Run run;
    private readonly MarkdownText text = new();
    private readonly List<Plot> plots = [];
    private readonly FigureTable table;
    private readonly FigurePlots drawing;

    private Report(Run run)
    {
        this.run = run;
        table = new FigureTable(run, text);
        drawing = new FigurePlots(run);
    }

    /// <param name="run">The run to report.</param>
    /// <param name="plotName">The name of the drawing's file, which the text shows. Null without a drawing.</param>
    public static (string Text, string Svg) Of(Run run, string? plotName)
    {
        var report = new Report(run);
        report.WriteHead(plotName);
        report.WriteBesidePeer();
        report.WriteWholeAnswers();
        report.WritePacedAnswers();
        report.WriteTypedStreams();
        report.WriteSingleTokens();
        report.WriteFlood();
        report.WriteMemory();
        report.WriteStartUp();
        report.WriteMostStreams();
        var machine = run.Machine;
        var sheet = new PlotSheet($"Dragoman, commit {machine.Commit}", $"{run.StartedAt:yyyy-MM-dd}, {machine.Cores} cores of {machine.Processor}, Linux {machine.Kernel}, {machine.Runtime}, {machine.Nginx}{(machine.Peer is { } peer ? $", {peer}" : "")}", report.plots);
        return (report.text.ToString(), sheet.ToSvg());
    }

    private void WriteHead(string? plotName)
    {
        var machine = run.Machine;
        text.Title($"Figures of {run.StartedAt:yyyy-MM-dd HH:mm} UTC, commit {machine.Commit}");
        text.Paragraph($"{machine.Cores} cores of {machine.Processor}, {machine.MemoryGibibytes:0} GiB, Linux {machine.Kernel}, {machine.Runtime}, {machine.Nginx}, {machine.Peer ?? "no Portkey: Node.js or its package is missing"}. "
            + $"Everything on this one machine, over loopback, nothing pinned; {run.Plan.Rounds} rounds in {run.Took.TotalSeconds:0} s. "
            + "How it is measured and how to read it: [bench/README.md](../README.md).");
        text.Paragraph($"Other processes kept {run.CoresTakenByOthers:0.00} of {machine.Cores} cores busy meanwhile"
            + (run.CoresTakenByOthers > 0.1 * machine.Cores ? ": **noisy**, times above all." : "."));
        if (Environment.GetEnvironmentVariable("BENCH_NOTE") is { Length: > 0 } note)
            text.Paragraph(note);
        if (plotName is not null)
            text.Paragraph($"![The figures as plots]({plotName})");
        text.Paragraph("× is the ratio to bare nginx before the same upstream. *Added* is what a way takes above the same upstream called directly.");
    }

    /// <summary>Compares the other gateway with Dragoman for the same translation.</summary>
    private void WriteBesidePeer()
    {
        var peer = run.Ways.FirstOrDefault(way => way.Kind == WayKind.Peer);
        var ours = run.Ways.FirstOrDefault(way => way.Kind == WayKind.Ours && way.Wire == peer?.Wire);
        if (peer is null || ours is null)
            return;
        (string What, string Measure, string Figure)[] rows =
        [
            .. from inFlight in Plan.InFlight
               from percentile in Percentiles
               select ($"whole answer, {inFlight} in flight, added {percentile}", WholeAnswers.NameOf(inFlight), $"added {percentile}"),
            ("whole answers a second, 64 in flight", WholeAnswers.NameOf(64), "answers"),
            ("CPU a whole answer", WholeAnswers.NameOf(1), "hops' CPU"),
            ("first token, added p50", Options.Typed, "added first token p50"),
            ("first token, added p99", Options.Typed, "added first token p99"),
            ("between tokens, added p99", Options.Typed, "added gap p99"),
            ("CPU a token, tokens arriving singly", Options.Single, "hops' CPU"),
            ("CPU a token, no pause between tokens", Options.Flood, "hops' CPU"),
            ("tokens without a pause", Options.Flood, "tokens"),
        ];
        var found = rows.Select(row => (row.What, Ours: run.Figures.FindFigure(row.Measure, ours.Name, row.Figure), Peers: run.Figures.FindFigure(row.Measure, peer.Name, row.Figure)))
            .Where(row => row.Ours is not null && row.Peers is not null)
            .ToList();
        if (found.Count == 0)
            return;
        text.Section("Beside Portkey");
        text.Paragraph("The client speaks OpenAI's chat and the upstream Anthropic's messages; our sidecar alone, with the whole of its steps, and Portkey's gateway.");
        text.Headings("what", "unit", "sidecar", "Portkey", "Portkey / sidecar");
        foreach (var (what, mine, theirs) in found)
            text.Row(what, mine!.Unit, FigureTable.Number(mine.Value), FigureTable.Number(theirs!.Value), FigureTable.Ratio(theirs.Value, mine.Value));
    }

    private void WriteWholeAnswers()
    {
        var done = Plan.InFlight.Where(inFlight => run.Figures.SubjectsOf(WholeAnswers.NameOf(inFlight)).Any()).ToList();
        if (done.Count == 0)
            return;
        text.Section("Whole answers");
        text.Paragraph("16 tokens, not streamed; each request follows another's answer, so that the number in flight stays. µs; p50 and p99 are medians of the rounds, p99.9 is of all rounds together.");
        foreach (var inFlight in done)
        {
            text.Paragraph(inFlight == 1 ? "**1 in flight**" : $"**{inFlight} in flight**: more than the cores can do at once, so that times are waits as well");
            var measure = WholeAnswers.NameOf(inFlight);
            table.Write(measure,
            [
                new("p50", "p50"), new("p99", "p99"), new("p99.9", "p99.9"),
                new("added p50", "added p50", HasRatio: true), new("added p99", "added p99", HasRatio: true), new("added p99.9", "added p99.9"),
                new("answers a second", "answers"),
                new("hops' CPU a request", "hops' CPU", HasRatio: true), FigureTable.SplitOfCpu, new("upstream's CPU", "upstream's CPU"),
            ]);
            plots.Add(drawing.Percentiles($"Whole answers, {inFlight} in flight: added time", "µs", measure, "added"));
        }

        plots.Add(drawing.Bars("CPU for a whole answer, 1 in flight", "µs of all hops' CPU a request", WholeAnswers.NameOf(1), "hops' CPU"));
    }

    private void WritePacedAnswers()
    {
        var rates = Plan.PacedRates.Where(rate => run.Figures.SubjectsOf(PacedAnswers.NameOf(rate)).Any()).ToList();
        if (rates.Count == 0)
            return;
        text.Section("Whole answers at a fixed rate");
        text.Paragraph("Open loop: requests come at equal distances, answered or not, and a time runs from when a request was due. µs, all rounds together. "
            + "*fell behind*: less than 95 % of the rate was answered, so that times would only say how long it was tried.");
        text.Headings(["way", .. rates.SelectMany(rate => new[] { $"{rate}/s p50", "p99", "added p99" })]);
        foreach (var way in run.Ways)
        {
            text.Row([way.Name, .. rates.SelectMany(rate => Cells(way, PacedAnswers.NameOf(rate)))]);
        }

        plots.Add(drawing.OverRates("Whole answers at a fixed rate: p99", "requests a second", "µs from when a request was due to its answer, logarithmic", rates, rate => PacedAnswers.NameOf(rate), "p99"));

        IEnumerable<string> Cells(Way way, string measure) => run.Figures.Find(measure, way.Name, PacedAnswers.KeptUpName) is >= 0.5
            ? [table.Cell(measure, way, "p50"), table.Cell(measure, way, "p99"), table.Cell(measure, way, "added p99")]
            : ["fell behind", "", ""];
    }

    private void WriteTypedStreams()
    {
        if (!run.Figures.SubjectsOf(Options.Typed).Any())
            return;
        var everySeconds = 1 / Plan.TypedStreamEvery.TotalSeconds;
        text.Section("Time to the first token, and between tokens");
        text.Paragraph($"64 deltas at 20 ms, {everySeconds:0} streams started a second, {run.Plan.TypedStreams * run.Plan.Rounds} in all. ms, all rounds together.");
        table.Write(Options.Typed,
        [
            new("first token p50", "first token p50"), new("p99", "first token p99"), new("p99.9", "first token p99.9"),
            new("added p50", "added first token p50", HasRatio: true), new("added p99", "added first token p99", HasRatio: true), new("added p99.9", "added first token p99.9"),
            new("gap p50", "gap p50"), new("gap p99", "gap p99"),
            new("gap p50 added", "added gap p50"), new("gap p99 added", "added gap p99"), new("gap p99.9 added", "added gap p99.9"),
        ]);
        plots.Add(drawing.Percentiles("First token: added time", "ms", Options.Typed, "added first token"));
        plots.Add(drawing.Bars("Between tokens: added time", "ms above the upstream's own 20", Options.Typed, "added gap p99", "added gap p99.9"));
    }

    private void WriteSingleTokens()
    {
        if (!run.Figures.SubjectsOf(Options.Single).Any())
            return;
        text.Section("Tokens that arrive singly");
        text.Paragraph($"{run.Plan.SingleStreams} streams at once, 200 tokens a second each. µs of CPU a token.");
        table.Write(Options.Single, [new("hops' CPU a token", "hops' CPU", HasRatio: true), FigureTable.SplitOfCpu, new("upstream's CPU", "upstream's CPU")]);
        plots.Add(drawing.Bars("CPU for a token, arriving singly", "µs of all hops' CPU", Options.Single, "hops' CPU"));
    }

    private void WriteFlood()
    {
        if (!run.Figures.SubjectsOf(Options.Flood).Any())
            return;
        text.Section("Tokens without a pause");
        text.Paragraph($"{Plan.FloodStreamsAtOnce} streams at once of 50,000 tokens from an upstream that replays a recording, each event an HTTP chunk of its own.");
        table.Write(Options.Flood,
        [
            new("thousand tokens a second", "tokens", HasRatio: true),
            new("hops' CPU a token, µs", "hops' CPU", HasRatio: true), FigureTable.SplitOfCpu, new("upstream's CPU", "upstream's CPU"),
        ]);
        plots.Add(drawing.Bars("Tokens without a pause", "thousand tokens a second", Options.Flood, "tokens"));
        plots.Add(drawing.Bars("CPU for a token, no pause between tokens", "µs of all hops' CPU", Options.Flood, "hops' CPU"));
    }

    private void WriteMemory()
    {
        var processes = run.Figures.SubjectsOf(Options.Memory).ToList();
        if (processes.Count == 0)
            return;
        text.Section("Resident memory");
        text.Paragraph("MB, by process; nginx with its workers, whose shared pages count for each.");
        string[] names = [MemoryLog.Idle, MemoryLog.UnderLoad, MemoryLog.AfterLoad];
        text.Headings(["process", .. names]);
        foreach (var process in processes)
            text.Row([process, .. names.Select(name => run.Figures.Find(Options.Memory, process, name)!.Value.ToString("0.0", CultureInfo.InvariantCulture))]);
        plots.Add(FigurePlots.Bars("Resident memory", "MB", names, processes.Select(process => new PlotRow(process, [.. names.Select(name => run.Figures.Find(Options.Memory, process, name))]))));
    }

    private void WriteStartUp()
    {
        var executables = run.Figures.SubjectsOf(Options.Start).ToList();
        if (executables.Count == 0)
            return;
        text.Section("Start-up");
        text.Paragraph($"ms from starting a published executable to its first answer; {run.Plan.Starts} starts.");
        text.Headings("executable", "median", "fastest", "slowest", "CPU, median");
        foreach (var executable in executables)
        {
            var times = run.Figures.FindFigure(Options.Start, executable, "first answer")!;
            text.Row(executable, FigureTable.Number(times.Value), FigureTable.Number(times.Rounds.Min()), FigureTable.Number(times.Rounds.Max()), FigureTable.Number(run.Figures.Find(Options.Start, executable, "CPU")!.Value));
        }

        plots.Add(FigurePlots.Bars("Start to first answer", "ms, median", ["first answer"], executables.Select(executable => new PlotRow(executable, [run.Figures.Find(Options.Start, executable, "first answer")]))));
    }

    private void WriteMostStreams()
    {
        var ways = run.Figures.SubjectsOf(Options.Streams).ToList();
        if (ways.Count == 0)
            return;
        text.Section("The largest number of streams with none lost and none stalled");
        text.Paragraph($"A token a second each, for {LargestCount.Length.TotalSeconds:0} s; a token more than a second late is a stall. At most {run.Plan.StreamsSearch.Highest} are tried, and few numbers below: `bench/run.sh streams --largest` finds the place. "
            + "Lateness is against when the upstream had the token to send, ms; resident memory of all hops above what they had before, KB a stream; both at that number.");
        text.Headings("way", "streams", "went wrong at", "token late, p99", "memory a stream");
        foreach (var way in ways)
            text.Row([way, $"{(Find(way, MostStreams.Worse) is null ? "≥ " : "")}{Find(way, MostStreams.Most):0}", $"{Find(way, MostStreams.Worse):0}", Cell(way, MostStreams.Lateness), Cell(way, MostStreams.Memory)]);
        plots.Add(FigurePlots.Bars("Streams at once, none lost and none stalled", $"streams, at most {run.Plan.StreamsSearch.Highest} tried", [MostStreams.Most], ways.Select(way => new PlotRow(way, [Find(way, MostStreams.Most)]))));

        double? Find(string way, string figure) => run.Figures.Find(Options.Streams, way, figure);
        string Cell(string way, string figure) => Find(way, figure) is { } value ? FigureTable.Number(value) : "";
    }
}
