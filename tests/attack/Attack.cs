namespace Dragoman.Attack;

/// <summary>One thing that an attacker tries, and what has to come of it.</summary>
/// <param name="Name">For <c>--only</c>.</param>
/// <param name="Category">What it is aimed at.</param>
/// <param name="Row">Of the list in README.md: a number for a weakness that was found once, a letter for what has always held.</param>
/// <param name="Expectation">The right behavior, in one line.</param>
/// <param name="RunAsync">Tries it and writes down what held and what fell.</param>
internal sealed record Attack(string Name, string Category, string Row, string Expectation, Func<AttackContext, Tally, Task> RunAsync)
{
    /// <summary>It mostly waits, so it runs beside the others from the start.</summary>
    public bool Waits { get; init; }

    /// <summary>It needs addresses or mounts of its own: root, and a network namespace (run.sh makes one).</summary>
    public bool NeedsNamespace { get; init; }

    /// <summary>It is quick and needs no deployment of its own: part of <c>--fast</c>.</summary>
    public bool IsFast { get; init; }
}

internal enum Outcome
{
    Held,
    Fell,

    /// <summary>The machine does not allow it; the evidence says what is missing.</summary>
    NotRun,
}

/// <summary>What came of an attack.</summary>
/// <param name="Attack">That was run.</param>
/// <param name="Outcome">Of all its tries together.</param>
/// <param name="Evidence">What was seen, short.</param>
/// <param name="Seconds">It took.</param>
internal sealed record Verdict(Attack Attack, Outcome Outcome, string Evidence, double Seconds);
