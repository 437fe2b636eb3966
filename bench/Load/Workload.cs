namespace Dragoman.Bench.Load;

/// <summary>One kind of request.</summary>
/// <param name="PublishedName">The model's name at the gateway.</param>
/// <param name="UpstreamName">The model's name at the upstream, which sets the length and pace of the answer.</param>
/// <param name="Tokens">The length of the answer in tokens.</param>
/// <param name="IsRecorded">Whether the recorded upstream answers instead of the emulator.</param>
internal sealed record Workload(string PublishedName, string UpstreamName, int Tokens, bool IsRecorded = false)
{
    /// <summary>The model's name at the gateway for calls to the upstream in Anthropic's dialect.</summary>
    public string NameToAnthropic => $"{PublishedName}-anthropic";

    /// <summary>A short chat, whole.</summary>
    public static Workload Small { get; } = new("bench-small", "emulate-tokens-16", 16);

    /// <summary>A stream whose tokens arrive one by one, every 5 ms.</summary>
    public static Workload Single { get; } = new("bench-single", "emulate-tps-200-tokens-300", 300);

    /// <summary>The stream of published comparisons: 64 deltas, one every 20 ms.</summary>
    public static Workload Typed { get; } = new("bench-typed", "emulate-tps-50-tokens-64", 64);

    /// <summary>A stream without a pause.</summary>
    public static Workload Flood { get; } = new("bench-flood", "emulate-tokens-50000", 50_000, IsRecorded: true);

    public static IReadOnlyList<Workload> All { get; } = [Small, Single, Typed, Flood];
}
