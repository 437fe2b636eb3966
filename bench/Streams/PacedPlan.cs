using System.Globalization;

namespace Dragoman.Bench.Streams;

/// <summary>One measurement of many streams at once.</summary>
/// <param name="Streams">The number of streams.</param>
/// <param name="Ramp">The time over which they are started evenly.</param>
/// <param name="Hold">The time during which all of them run.</param>
internal sealed record PacedPlan(int Streams, TimeSpan Ramp, TimeSpan Hold)
{
    /// <summary>
    /// A stream stalls when a token arrives this much after it was due. Tokens are due each second, so the gap is more than
    /// two seconds.
    /// </summary>
    public const long StallMicroseconds = 1_000_000;

    /// <summary>The number of a stream's tokens. Each stream lasts for the ramp and the hold together.</summary>
    public int Tokens => (int)Math.Ceiling((Ramp + Hold).TotalSeconds);

    /// <summary>A stream that has not ended after this time is lost.</summary>
    public TimeSpan Patience => Ramp + Ramp + Hold + TimeSpan.FromSeconds(15);

    public string RampText => Ramp.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
}
