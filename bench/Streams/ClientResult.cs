using System.Text.Json.Serialization;

namespace Dragoman.Bench.Streams;

/// <summary>What the client saw of one measurement.</summary>
/// <param name="Streams">Asked for.</param>
/// <param name="Whole">Every token came once and in order, and then the proper end.</param>
/// <param name="Stalled">Among them, and among the lost ones, had a token that came too late.</param>
/// <param name="Tokens">That came.</param>
/// <param name="Faults">What was wrong with lost streams, by frequency; the first few.</param>
/// <param name="CpuSeconds">Of the client itself.</param>
internal sealed record ClientResult(
    int Streams,
    int Whole,
    int Stalled,
    long Tokens,
    double LatenessMedian,
    double LatenessP99,
    double LatenessP999,
    double LatenessLargest,
    double FirstTokenMedian,
    double FirstTokenP99,
    double FirstTokenLargest,
    string[] Faults,
    double CpuSeconds)
{
    public int Lost => Streams - Whole;
}

[JsonSerializable(typeof(ClientResult))]
internal sealed partial class ClientResultJson : JsonSerializerContext;
