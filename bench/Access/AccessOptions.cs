using System.Globalization;

namespace Dragoman.Bench.Access;

/// <summary>The options of <c>dragoman-bench access</c>.</summary>
/// <param name="Parts">The parts by name. All when empty.</param>
/// <param name="Processes">The sidecars that share the store.</param>
/// <param name="Keys">The keys in the store.</param>
/// <param name="Revocations">The rounds of the revocation.</param>
/// <param name="Seconds">The duration of the load on the rate limit.</param>
/// <param name="CostStarts">The starts of the processes whose cost of an answer is measured.</param>
/// <param name="CostRounds">The rounds after each of them.</param>
/// <param name="CostRequests">The requests of one turn of it.</param>
internal sealed record AccessOptions(IReadOnlySet<string> Parts, int Processes, int Keys, int Revocations, int Seconds, int CostStarts, int CostRounds, int CostRequests)
{
    public const string Usage = "access [PART…] [--quick] [--processes N] [--keys N] [--rounds N]";

    public const string Revocation = "revocation";
    public const string Listing = "listing";
    public const string Rate = "rate";
    public const string Cost = "cost";

    /// <summary>Every part's name, in the order of a run.</summary>
    public static readonly IReadOnlyList<string> AllParts = [Revocation, Listing, Rate, Cost];

    private static readonly AccessOptions Full = new(new HashSet<string>(), Processes: 8, Keys: 100_000, Revocations: 5, Seconds: 70, CostStarts: 5, CostRounds: 8, CostRequests: 1000);

    private static readonly AccessOptions Quick = new(new HashSet<string>(), Processes: 3, Keys: 2000, Revocations: 1, Seconds: 5, CostStarts: 1, CostRounds: 3, CostRequests: 500);

    /// <summary>Whether everything is measured at full length, so that the run is kept as a result.</summary>
    public bool IsComplete => this == Full with { Parts = Parts } && Parts.Count == 0;

    /// <returns>Null when an argument is not understood.</returns>
    public static AccessOptions? Read(ReadOnlySpan<string> arguments)
    {
        var parts = new HashSet<string>();
        var options = arguments.Contains("--quick") ? Quick : Full;
        for (var at = 0; at < arguments.Length; at++)
        {
            if (AllParts.Contains(arguments[at]))
            {
                parts.Add(arguments[at]);
            }
            else if (arguments[at] != "--quick")
            {
                if (++at == arguments.Length || options.With(arguments[at - 1], arguments[at]) is not { } changed)
                    return null;
                options = changed;
            }
        }

        return options with { Parts = parts };
    }

    public bool Includes(string part) => Parts.Count == 0 || Parts.Contains(part);

    private AccessOptions? With(string name, string value) => (name, int.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : 0) switch
    {
        (_, < 1) => null,
        ("--processes", _) => this with { Processes = number },
        ("--keys", _) => this with { Keys = number },
        ("--rounds", _) => this with { Revocations = number, CostRounds = number },
        _ => null,
    };
}
