using System.Text.Json.Serialization;

namespace Dragoman.Bench.Streams;

/// <summary>What the client saw of one measurement.</summary>
/// <param name="Streams">Asked for.</param>
/// <param name="Whole">Every token came once and in order, and then the proper end.</param>
/// <param name="Stalled">Among them, and among the lost ones, had a token that came too late.</param>
/// <param name="Tokens">That came.</param>
/// <param name="Lateness">Of all tokens: from when the upstream had to send one until it was read here.</param>
/// <param name="FirstTokens">From before connecting to a stream's first token.</param>
/// <param name="Faults">What was wrong with lost streams, by frequency; the first few.</param>
internal sealed record ClientResult(int Streams, int Whole, int Stalled, long Tokens, Spread Lateness, Spread FirstTokens, string[] Faults)
{
    public int Lost => Streams - Whole;
}

/// <summary>How times are spread, in milliseconds.</summary>
internal sealed record Spread(double Median, double P99, double P999, double Largest);

[JsonSerializable(typeof(ClientResult))]
internal sealed partial class ClientResultJson : JsonSerializerContext;
