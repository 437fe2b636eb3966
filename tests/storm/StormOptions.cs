using System.Globalization;

namespace Dragoman.Storm;

/// <summary>The options of the command line.</summary>
internal sealed record StormOptions
{
    public const string Usage = """
        usage: tests/storm/run.sh [--store sqlite|postgres|tables] [--short] [--seconds N] [--processes N] [--requests N] [--seed N]
          --store      one kind of store; each of them if not given
          --short      no journal is lost, so that nothing waits for the expiry of leases; smaller, unless the sizes are given
          --seconds    how long requests begin; 90, or 12
          --processes  the gateways; 8, or 4
          --requests   the requests in flight at each gateway; 64, or 24
          --seed       what decides the order of requests and kills
        """;

    /// <summary>The kinds of stores.</summary>
    public IReadOnlyList<string> Stores { get; init; } = StormStore.Kinds;

    public bool IsShort { get; init; }

    public int? Seconds { get; init; }

    public int? Processes { get; init; }

    public int? Requests { get; init; }

    public int Seed { get; init; } = Environment.ProcessId;

    /// <summary>How long requests begin.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds(Seconds ?? (IsShort ? 12 : 90));

    /// <summary>The number of gateways.</summary>
    public int ProcessCount => Processes ?? (IsShort ? 4 : 8);

    /// <summary>The requests in flight at each gateway.</summary>
    public int RequestCount => Requests ?? (IsShort ? 24 : 64);

    /// <returns>Null when the arguments are not understood.</returns>
    public static StormOptions? Read(ReadOnlySpan<string> arguments)
    {
        var options = new StormOptions();
        for (var at = 0; at < arguments.Length; at++)
        {
            if (arguments[at] == "--short")
            {
                options = options with { IsShort = true };
                continue;
            }

            if (at + 1 == arguments.Length || With(options, arguments[at], arguments[++at]) is not { } changed)
                return null;
            options = changed;
        }

        return options;
    }

    private static StormOptions? With(StormOptions options, string name, string value)
    {
        if (name == "--store")
            return StormStore.Kinds.Contains(value) ? options with { Stores = [value] } : null;
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 100_000)
            return null;
        return name switch
        {
            "--seconds" => options with { Seconds = number },
            "--processes" => options with { Processes = number },
            "--requests" => options with { Requests = number },
            "--seed" => options with { Seed = number },
            _ => null,
        };
    }
}
