namespace Dragoman.Storm;

/// <summary>A kind of request.</summary>
/// <param name="Model">The published name of the model, without that of the provider.</param>
/// <param name="Targets">The emulator's names of the models that are tried one after another.</param>
/// <param name="Streams">Whether the answer is streamed.</param>
/// <param name="Leaving">When the client leaves.</param>
/// <param name="Weight">How often it is sent, in relation to the others.</param>
internal sealed record Ask(string Model, IReadOnlyList<string> Targets, bool Streams, Leaving Leaving, int Weight)
{
    /// <summary>The tokens after which the provider's faults come.</summary>
    public const int FaultAfter = 10;

    private static readonly Ask Quick = new("quick", ["emulate-even-tokens-40-tps-400"], true, Leaving.Never, 8);

    private static readonly Ask Slow = new("slow", ["emulate-even-tokens-60-tps-60"], true, Leaving.AtRandom, 4);

    private static readonly Ask Second = new("second", ["emulate-status-503", "emulate-even-tokens-20"], true, Leaving.Never, 1);

    public static IReadOnlyList<Ask> All { get; } =
    [
        Quick,
        Quick with { Streams = false },
        Quick with { Streams = false, Leaving = Leaving.AtRandom, Weight = 2 },
        Slow,
        Slow with { Leaving = Leaving.Never, Weight = 2 },
        new("cut", [$"emulate-even-tokens-60-cut-{FaultAfter}"], true, Leaving.Never, 2),
        new("cut", [$"emulate-even-tokens-60-cut-{FaultAfter}"], false, Leaving.Never, 1),
        new("error", [$"emulate-even-tokens-60-error-{FaultAfter}"], true, Leaving.Never, 2),
        new("stall", [$"emulate-even-tokens-60-stall-{FaultAfter}"], true, Leaving.AtFault, 2),
        Second,
        Second with { Streams = false },
        new("third", ["emulate-even-tokens-20-cut-0", "emulate-even-tokens-20"], true, Leaving.Never, 1),
    ];
}

/// <summary>When a client leaves.</summary>
internal enum Leaving
{
    Never,

    /// <summary>At any time, also before the answer.</summary>
    AtRandom,

    /// <summary>When everything has arrived that precedes the fault.</summary>
    AtFault,
}
