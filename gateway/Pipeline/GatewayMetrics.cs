using System.Diagnostics.Metrics;
using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>What the gateway counts. Nobody listens unless an exporter does, and then it costs nothing.</summary>
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

    /// <summary>Counts the losses of one request. Their names stay in the log and the header: a client can make up any number of them.</summary>
    public static void CountLosses(LossReport losses, string dialect, string provider)
    {
        if (!LossCounter.Enabled)
            return;
        foreach (var group in losses.Losses.GroupBy(loss => loss.Action))
        {
            LossCounter.Add(
                group.Count(),
                new KeyValuePair<string, object?>("dragoman.dialect", dialect),
                new KeyValuePair<string, object?>("dragoman.provider", provider),
                new KeyValuePair<string, object?>("dragoman.action", LossReport.Word(group.Key)));
        }
    }
}
