using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/limits</c>.</summary>
public sealed partial class ConfigurationReader
{
    private LimitSettings ReadLimits(JsonNode? node, string pointer)
    {
        if (node is null)
            return LimitSettings.Default;
        var members = Members(node, pointer, "requestBytes", "downloadBytes", "answerBytes", "memoryBytes", "keepAliveSeconds", "stalledClientSeconds", "drainSeconds", "workSeconds");
        return new LimitSettings(
            Count(members, "requestBytes", pointer) ?? LimitSettings.Default.RequestBytes,
            Count(members, "downloadBytes", pointer) ?? LimitSettings.Default.DownloadBytes)
        {
            MemoryBytes = ReadMemoryBytes(members, pointer),
            AnswerBytes = Count(members, "answerBytes", pointer) ?? LimitSettings.Default.AnswerBytes,
            KeepAlive = Seconds(members, "keepAliveSeconds", pointer) ?? LimitSettings.Default.KeepAlive,
            StalledClient = Seconds(members, "stalledClientSeconds", pointer, above: 1) ?? LimitSettings.Default.StalledClient,
            Drain = Seconds(members, "drainSeconds", pointer) ?? LimitSettings.Default.Drain,
            Work = Seconds(members, "workSeconds", pointer) ?? LimitSettings.Default.Work,
        };
    }

    private long? ReadMemoryBytes(JsonObject limits, string pointer)
    {
        if (limits["memoryBytes"] is not { } value)
            return null;
        if (value is JsonValue number && number.TryGetValue<double>(out var bytes) && bytes == Math.Truncate(bytes) && bytes is >= LimitSettings.LeastMemoryBytes and <= LimitSettings.MostMemoryBytes)
            return (long)bytes;
        Broken(pointer + "/memoryBytes", $"must be a whole number of bytes from {LimitSettings.LeastMemoryBytes} to {LimitSettings.MostMemoryBytes}");
        return null;
    }
}
