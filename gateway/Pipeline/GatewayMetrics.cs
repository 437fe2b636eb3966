using System.Diagnostics.Metrics;
using Dragoman.Conversation;
using Dragoman.Pipeline.Memory;
using Dragoman.Pipeline.Reload;

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

    private static readonly Counter<long> ReloadCounter = Meter.CreateCounter<long>(
        "dragoman.config.reloads",
        unit: "{reload}",
        description: "How often the configuration was read again, by what became of it.");

    /// <summary>Counts a reload.</summary>
    /// <param name="isAdopted">Whether what was read is in force; otherwise it has mistakes.</param>
    public static void CountReload(bool isAdopted) =>
        ReloadCounter.Add(1, new KeyValuePair<string, object?>("dragoman.config.outcome", isAdopted ? "adopted" : "refused"));

    /// <summary>Reports whether the configuration on disk has mistakes, for as long as the reload exists.</summary>
    public static void Observe(ConfigurationReload reload)
    {
        var observed = new WeakReference<ConfigurationReload>(reload);
        Meter.CreateObservableGauge<int>(
            "dragoman.config.bad",
            () => observed.TryGetTarget(out var target) ? [new(target.Failure is null ? 0 : 1)] : Array.Empty<Measurement<int>>(),
            description: "1 while the configuration on disk has mistakes and an earlier one is in force.");
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
