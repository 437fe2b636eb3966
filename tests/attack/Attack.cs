namespace Dragoman.Attack;

/// <summary>One attempt of an attacker, and the behavior that is expected.</summary>
/// <param name="Name">The name for <c>--only</c>.</param>
/// <param name="Category">The part that is attacked.</param>
/// <param name="Row">The row in README.md: a number for a weakness that was found once, a letter for what has always held.</param>
/// <param name="Expectation">The expected behavior in one line.</param>
/// <param name="RunAsync">Runs the attack and records what held and what failed.</param>
internal sealed record Attack(string Name, string Category, string Row, string Expectation, Func<AttackContext, Tally, Task> RunAsync)
{
    /// <summary>Whether it mostly waits, so that it runs beside the others from the start.</summary>
    public bool Waits { get; init; }

    /// <summary>Whether it needs special addresses or mounts: root and a network namespace, which run.sh creates.</summary>
    public bool NeedsNamespace { get; init; }

    /// <summary>Whether it is quick and needs no separate deployment, so that it is part of <c>--fast</c>.</summary>
    public bool IsFast { get; init; }
}

internal enum Outcome
{
    Held,
    Fell,

    /// <summary>The machine does not allow it. The evidence names what is missing.</summary>
    NotRun,
}

/// <summary>The result of an attack.</summary>
/// <param name="Attack">The attack.</param>
/// <param name="Outcome">The outcome of all its tries together.</param>
/// <param name="Evidence">A short description of what was seen.</param>
/// <param name="Seconds">The duration in seconds.</param>
internal sealed record Verdict(Attack Attack, Outcome Outcome, string Evidence, double Seconds);
