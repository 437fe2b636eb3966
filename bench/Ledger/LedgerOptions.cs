using System.Globalization;

namespace Dragoman.Bench.Ledger;

/// <summary>The options of <c>dragoman-bench ledger</c>.</summary>
/// <param name="Stores">The stores by name. All when empty.</param>
/// <param name="Processes">The processes that settle at once.</param>
/// <param name="Seconds">For how long they do.</param>
/// <param name="Batches">The batches of each size whose time is taken.</param>
internal sealed record LedgerOptions(IReadOnlySet<string> Stores, int Processes, int Seconds, int Batches)
{
    public const string Usage = "ledger [STORE…] [--quick] [--processes N] [--seconds N] [--batches N]";

    /// <summary>The command that a process which settles is started with.</summary>
    public const string ProcessCommand = "ledger-process";

    /// <summary>Every store's name, in the order of a run.</summary>
    public static readonly IReadOnlyList<string> AllStores = ["sqlite", "postgres", "tables"];

    private static readonly LedgerOptions Full = new(new HashSet<string>(), Processes: 4, Seconds: 15, Batches: 200);

    private static readonly LedgerOptions Quick = new(new HashSet<string>(), Processes: 2, Seconds: 3, Batches: 20);

    /// <summary>Whether everything is measured at full length, so that the run is kept as a result.</summary>
    public bool IsComplete => this == Full with { Stores = Stores } && Stores.Count == 0;

    /// <returns>Null when an argument is not understood.</returns>
    public static LedgerOptions? Read(ReadOnlySpan<string> arguments)
    {
        var stores = new HashSet<string>();
        var options = arguments.Contains("--quick") ? Quick : Full;
        for (var at = 0; at < arguments.Length; at++)
        {
            if (AllStores.Contains(arguments[at]))
            {
                stores.Add(arguments[at]);
            }
            else if (arguments[at] != "--quick")
            {
                if (++at == arguments.Length || options.With(arguments[at - 1], arguments[at]) is not { } changed)
                    return null;
                options = changed;
            }
        }

        return options with { Stores = stores };
    }

    public bool Includes(string store) => Stores.Count == 0 || Stores.Contains(store);

    private LedgerOptions? With(string name, string value) => (name, int.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : 0) switch
    {
        (_, < 1) => null,
        ("--processes", _) => this with { Processes = number },
        ("--seconds", _) => this with { Seconds = number },
        ("--batches", _) => this with { Batches = number },
        _ => null,
    };
}
