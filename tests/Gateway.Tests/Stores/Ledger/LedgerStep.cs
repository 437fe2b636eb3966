using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

/// <summary>One call of the model-based law.</summary>
public abstract record LedgerStep
{
    /// <summary>The limits are so small that most leases meet them.</summary>
    private const int MostAmount = 60;

    public const int Processes = 3;

    public const int Accounts = 3;

    private static Gen<int> AnyAmount { get; } = Gen.Frequency((1, Gen.Constant(0)), (3, Gen.Choose(1, MostAmount)));

    private static Gen<Exchange> AnyExchange { get; } =
        from process in Gen.Choose(0, Processes - 1)
        from accounts in (
            from isThere in Gen.Elements(true, true, false)
            from limit in Gen.Elements(100, 100, 100, 40, 0)
            from settled in AnyAmount
            from entries in Gen.Choose(1, 3)
            from wanted in AnyAmount
            select isThere ? new Part(limit, settled, entries, wanted) : null).ArrayOf(Accounts)
        from seconds in Gen.Choose(0, 100)
        from isLast in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new Exchange(process, accounts, seconds, isLast);

    private static Gen<LedgerStep> Any { get; } = Gen.Frequency(
        (10, AnyExchange.Select(LedgerStep (step) => step)),
        (2, Gen.Choose(0, Processes - 1).Select(LedgerStep (process) => new Repeat(process))),
        (2, Gen.Choose(0, 110).Select(LedgerStep (seconds) => new Expire(seconds))),
        (2, from operation in Gen.Choose(0, 5) from account in Gen.Choose(0, Accounts) from amount in Gen.Choose(-MostAmount, MostAmount) select (LedgerStep)new Correct(operation, account, amount)));

    public static Gen<LedgerStep[]> AnyRun { get; } = Gen.Choose(1, 25).SelectMany(count => Any.ArrayOf(count));

    /// <summary>Everything without one of the steps.</summary>
    public static IEnumerable<LedgerStep[]> Shorter(LedgerStep[] run) => Enumerable.Range(0, run.Length).Select(left => run.Where((_, index) => index != left).ToArray());

    /// <summary>A batch of a process.</summary>
    /// <param name="Process">Which process.</param>
    /// <param name="Parts">What it says about each account; null for nothing.</param>
    /// <param name="Seconds">How long it holds its leases.</param>
    /// <param name="IsLast">Whether it ends.</param>
    public sealed record Exchange(int Process, Part?[] Parts, int Seconds, bool IsLast) : LedgerStep
    {
        public override string ToString() => $"Exchange({Process}, [{string.Join(", ", Parts.Select(part => part?.ToString() ?? "-"))}], {Seconds}, {IsLast})";
    }

    /// <summary>The last batch of a process again.</summary>
    public sealed record Repeat(int Process) : LedgerStep;

    /// <summary>The leases that end before some second.</summary>
    public sealed record Expire(int Seconds) : LedgerStep;

    /// <summary>A correction of an account, one of which does not exist.</summary>
    public sealed record Correct(int Operation, int Account, int Amount) : LedgerStep;

    /// <summary>One account of a batch.</summary>
    /// <param name="Limit">Its limit.</param>
    /// <param name="Settled">What was used.</param>
    /// <param name="Entries">By how many entries.</param>
    /// <param name="Wanted">The wanted lease.</param>
    public sealed record Part(int Limit, int Settled, int Entries, int Wanted);
}
