using System.Globalization;

namespace Dragoman.Bench.Streams;

/// <summary>The options of <c>dragoman-bench streams</c>.</summary>
/// <param name="Count">The number of concurrent streams.</param>
/// <param name="UpstreamHttp">The upstream's version of HTTP, 1.1 or 2.</param>
/// <param name="Hold">The time during which all are open.</param>
/// <param name="Ramp">The time over which they are started.</param>
/// <param name="Way">The beginning of another way's name. Null for the way through all of Dragoman's processes.</param>
/// <param name="Largest">Whether to search for the largest number for each way instead.</param>
internal sealed record StreamsOptions(int Count, string UpstreamHttp, TimeSpan Hold, TimeSpan Ramp, string? Way, bool Largest)
{
    public const string Usage = "streams [--count N] [--upstream-http 1.1|2] [--seconds S] [--ramp S] [--way NAME] [--largest]";

    private static readonly StreamsOptions Default = new(10_000, "2", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10), null, false);

    /// <returns>Null when an argument is not understood.</returns>
    public static StreamsOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = Default;
        for (var index = 0; index < arguments.Count; index++)
        {
            if (arguments[index] == "--largest")
            {
                options = options with { Largest = true };
                continue;
            }

            if (++index == arguments.Count || options.With(arguments[index - 1], arguments[index]) is not { } changed)
                return null;
            options = changed;
        }

        return options;
    }

    private StreamsOptions? With(string name, string value) => (name, value) switch
    {
        ("--upstream-http", "1.1" or "2") => this with { UpstreamHttp = value },
        ("--way", _) => this with { Way = value },
        ("--count", _) when int.TryParse(value, CultureInfo.InvariantCulture, out var count) && count > 0 => this with { Count = count },
        ("--seconds", _) when Seconds(value) is { } time => this with { Hold = time },
        ("--ramp", _) when Seconds(value) is { } time => this with { Ramp = time },
        _ => null,
    };

    private static TimeSpan? Seconds(string value) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 10_000 ? TimeSpan.FromSeconds(seconds) : null;
}
