using Dragoman.Bench.Access;
using Dragoman.Bench.Ledger;
using Dragoman.Bench.Measures;
using Dragoman.Bench.Streams;

namespace Dragoman.Bench;

/// <summary>What a run measures and with which contenders.</summary>
/// <param name="Plan">How much is measured.</param>
/// <param name="Measures">The measures by name. All when empty.</param>
/// <param name="Contenders">The contenders by id, besides those that they are compared with. All when empty.</param>
internal sealed record Options(Plan Plan, IReadOnlySet<string> Measures, IReadOnlySet<string> Contenders)
{
    /// <summary>Every measure's name, in the order of a run.</summary>
    public static readonly IReadOnlyList<string> AllMeasures = [Whole, Paced, Flood, Single, Typed, Memory, Start, Streams];

    public static readonly string Usage = $"""
        usage, in the root of the repository; bench/run.sh builds and starts it:
          dragoman-bench [--quick] [--only MEASURE,…] [--contenders ID,…]
          dragoman-bench compare A.json B.json
          dragoman-bench {StreamsOptions.Usage}
          dragoman-bench {AccessOptions.Usage}
          dragoman-bench {LedgerOptions.Usage}
          dragoman-bench {AnalyticsBenchmark.Usage}
          dragoman-bench soak [--minutes N] [--fuzz-minutes N]
        Measures: {string.Join(", ", AllMeasures)}. An unknown contender is answered with those there are.
        """;

    public const string Whole = "whole";
    public const string Paced = "paced";
    public const string Flood = "flood";
    public const string Single = "single";
    public const string Typed = "typed";
    public const string Memory = "memory";
    public const string Start = "start";
    public const string Streams = "streams";

    /// <summary>Whether everything is measured at full length, so that the run is kept as a result.</summary>
    public bool IsComplete => Plan == Plan.Full && Measures.Count == 0 && Contenders.Count == 0;

    public static Options All(Plan plan) => new(plan, new HashSet<string>(), new HashSet<string>());

    /// <returns>Null when the arguments are not understood.</returns>
    public static Options? Read(ReadOnlySpan<string> arguments)
    {
        var options = All(Plan.Full);
        for (var at = 0; at < arguments.Length; at++)
        {
            switch (arguments[at])
            {
                case "--quick":
                    options = options with { Plan = Plan.Quick };
                    break;
                case "--only" when at + 1 < arguments.Length:
                    options = options with { Measures = Names(arguments[++at]) };
                    break;
                case "--contenders" when at + 1 < arguments.Length:
                    options = options with { Contenders = Names(arguments[++at]) };
                    break;
                default:
                    return null;
            }
        }

        return options.Measures.All(AllMeasures.Contains) ? options : null;

        static HashSet<string> Names(string list) => [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }

    public bool Includes(string measure) => Measures.Count == 0 || Measures.Contains(measure);

    /// <summary>The chosen ways, and those that they are compared with for each upstream format that they use.</summary>
    /// <exception cref="InvalidOperationException">No way has one of the ids.</exception>
    public IReadOnlyList<Way> Choose(IReadOnlyList<Way> ways)
    {
        if (Contenders.Count == 0)
            return ways;
        if (Contenders.FirstOrDefault(id => ways.All(way => way.Id != id)) is { } unknown)
            throw new InvalidOperationException($"there is no contender \"{unknown}\"; there are {string.Join(", ", ways.Select(way => way.Id))}");
        var wires = ways.Where(way => Contenders.Contains(way.Id)).Select(way => way.Wire).ToHashSet();
        return [.. ways.Where(way => Contenders.Contains(way.Id) || (wires.Contains(way.Wire) && way.Kind is WayKind.Direct or WayKind.BareNginx))];
    }
}
