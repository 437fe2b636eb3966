using System.Globalization;

namespace Dragoman.Bench.Streams;

/// <summary>One measurement of many streams at once.</summary>
/// <param name="Streams">How many.</param>
/// <param name="Ramp">Over how long they are started, evenly.</param>
/// <param name="Hold">How long all of them run at once.</param>
internal sealed record PacedPlan(int Streams, TimeSpan Ramp, TimeSpan Hold)
{
    /// <summary>
    /// A token that comes this much after it was due makes its stream a stalled one. Tokens are due each second, so it is
    /// a gap of more than two.
    /// </summary>
    public const long StallMicroseconds = 1_000_000;

    /// <summary>What a stream has; each lasts through the ramp and the time after it.</summary>
    public int Tokens => (int)Math.Ceiling((Ramp + Hold).TotalSeconds);

    /// <summary>Beyond it a stream that has not ended is lost.</summary>
    public TimeSpan Patience => Ramp + Ramp + Hold + TimeSpan.FromSeconds(15);

    public string RampText => Ramp.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
}
