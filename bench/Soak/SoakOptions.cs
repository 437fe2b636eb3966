using System.Globalization;

namespace Dragoman.Bench.Soak;

/// <summary>The durations of a soak's parts.</summary>
/// <param name="Load">The duration of the mixed load.</param>
/// <param name="Fuzzing">The duration of the fuzzer after it. Zero to skip it.</param>
internal sealed record SoakOptions(TimeSpan Load, TimeSpan Fuzzing)
{
    private const double MostMinutes = 10_000;

    /// <returns>Null when the arguments are not understood.</returns>
    public static SoakOptions? Read(ReadOnlySpan<string> arguments)
    {
        var options = new SoakOptions(TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(10));
        for (; arguments.Length > 0; arguments = arguments[2..])
        {
            if (arguments.Length < 2 || !double.TryParse(arguments[1], CultureInfo.InvariantCulture, out var minutes) || !(minutes is >= 0 and < MostMinutes))
                return null;
            switch (arguments[0])
            {
                case "--minutes" when minutes > 0:
                    options = options with { Load = TimeSpan.FromMinutes(minutes) };
                    break;
                case "--fuzz-minutes":
                    options = options with { Fuzzing = TimeSpan.FromMinutes(minutes) };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
