using System.Diagnostics;

namespace Dragoman.Attack;

/// <summary>Runs attacks: those that mostly wait in parallel, the others one after another.</summary>
internal static class AttackRun
{
    /// <summary>The time limit of one attack. One that takes longer has failed.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan LongestFull = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(6);

    public static async Task<IReadOnlyList<Verdict>> RunAsync(IReadOnlyList<Attack> attacks, Options options)
    {
        await using var context = new AttackContext(options.IsFull);
        var waiting = attacks.Where(attack => attack.Waits).ToDictionary(attack => attack, attack => RunAsync(attack, context));
        var verdicts = new Dictionary<Attack, Verdict>();
        foreach (var attack in attacks.Where(attack => !attack.Waits))
            verdicts[attack] = await RunAsync(attack, context);
        foreach (var (attack, running) in waiting)
            verdicts[attack] = await running;
        return [.. attacks.Select(attack => verdicts[attack])];
    }

    private static async Task<Verdict> RunAsync(Attack attack, AttackContext context)
    {
        var tally = new Tally();
        var began = Stopwatch.GetTimestamp();
        var limit = context.IsFull ? LongestFull : attack.Waits ? LongestWait : Longest;
        try
        {
            if (attack.NeedsNamespace && !AttackContext.IsInNamespace)
                tally.CannotRun("needs root and a network namespace of its own");
            else
                await attack.RunAsync(context, tally).WaitAsync(limit);
        }
        catch (Exception error)
        {
            // Anything that an attack does not expect, such as a process that no longer answers, is a failure.
            tally.Expect(false, error is TimeoutException ? $"took longer than {limit.TotalMinutes} minutes: {error.Message}" : $"{error.GetType().Name}: {error.Message}");
        }

        var verdict = new Verdict(attack, tally.Outcome, tally.Evidence, Stopwatch.GetElapsedTime(began).TotalSeconds);
        Console.Error.WriteLine(Report.Line(verdict));
        return verdict;
    }
}
