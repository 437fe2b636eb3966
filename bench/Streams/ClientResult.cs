using System.Text.Json.Serialization;

namespace Dragoman.Bench.Streams;

/// <summary>The client's result of one measurement.</summary>
/// <param name="Streams">The number of requested streams.</param>
/// <param name="Whole">The number of streams in which every token arrived once and in order, followed by the proper end.</param>
/// <param name="Stalled">The number of streams, complete or lost, with a token that arrived too late.</param>
/// <param name="Tokens">The number of received tokens.</param>
/// <param name="Lateness">The time from when the upstream had to send a token until it was read, for all tokens.</param>
/// <param name="FirstTokens">The time from before connecting to a stream's first token.</param>
/// <param name="Faults">The most frequent faults of lost streams.</param>
internal sealed record ClientResult(int Streams, int Whole, int Stalled, long Tokens, Spread Lateness, Spread FirstTokens, string[] Faults)
{
    public int Lost => Streams - Whole;
}

/// <summary>The distribution of times, in milliseconds.</summary>
internal sealed record Spread(double Median, double P99, double P999, double Largest);

[JsonSerializable(typeof(ClientResult))]
internal sealed partial class ClientResultJson : JsonSerializerContext;
