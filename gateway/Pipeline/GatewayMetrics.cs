using System.Diagnostics.Metrics;
using Dragoman.Conversation;
using Dragoman.Pipeline.Memory;

namespace Dragoman.Pipeline;

/// <summary>The gateway's metrics. Without an exporter nothing listens, and counting costs nothing.</summary>
internal static class GatewayMetrics
{
    public const string MeterName = "Dragoman";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> LossCounter = Meter.CreateCounter<long>(
        "dragoman.losses",
        unit: "{field}",
        description: "Request members that the provider does not have, by what became of them.");

    private static readonly Counter<long> DroppedLogLines = Meter.CreateCounter<long>(
        "dragoman.log.dropped",
        unit: "{line}",
        description: "Log lines that standard output did not take.");

    public static void CountDroppedLogLines(int lines) => DroppedLogLines.Add(lines);

    private static readonly Counter<long> OverloadCounter = Meter.CreateCounter<long>(
        "dragoman.memory.refusals",
        unit: "{request}",
        description: "Requests, messages and answers that were refused because too much was in flight.");

    /// <summary>Reports how much of a budget is taken, for as long as the budget exists.</summary>
    public static void Observe(MemoryBudget memory)
    {
        var observed = new WeakReference<MemoryBudget>(memory);
        Meter.CreateObservableUpDownCounter<long>(
            "dragoman.memory.in_flight",
            () => observed.TryGetTarget(out var budget)
                ? [
                    new(budget.Incoming.Used, new KeyValuePair<string, object?>("dragoman.memory.part", "incoming")),
                    new(budget.Working.Used, new KeyValuePair<string, object?>("dragoman.memory.part", "working")),
                    new(budget.Kept.Used, new KeyValuePair<string, object?>("dragoman.memory.part", "kept")),
                ]
                : Array.Empty<Measurement<long>>(),
            unit: "By",
            description: "Memory that requests have taken of the budget.");
    }

    /// <summary>Counts a request, message or answer for which there was no memory.</summary>
    public static void CountRefusal() => OverloadCounter.Add(1);

    /// <summary>Counts the losses of one request, without their names, because clients could invent any number of names.</summary>
    public static void CountLosses(LossReport losses, string dialect, string provider)
    {
        if (!LossCounter.Enabled)
            return;
        foreach (var group in losses.Items.GroupBy(loss => loss.Action))
        {
            LossCounter.Add(
                group.Count(),
                new KeyValuePair<string, object?>("dragoman.dialect", dialect),
                new KeyValuePair<string, object?>("dragoman.provider", provider),
                new KeyValuePair<string, object?>("dragoman.action", LossReport.Word(group.Key)));
        }
    }
}
