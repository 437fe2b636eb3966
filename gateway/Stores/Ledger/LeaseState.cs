namespace Dragoman.Stores.Ledger;

/// <summary>What one process holds of one account.</summary>
/// <param name="Process">The process.</param>
/// <param name="Account">The account.</param>
/// <param name="Amount">The lease; zero if it expired.</param>
/// <param name="Assumed">What was assumed of it when it expired and its process has not replaced since. Corrections do not change it.</param>
/// <param name="Until">When the process must have renewed it, in whole milliseconds.</param>
public sealed record LeaseState(string Process, string Account, long Amount, long Assumed, DateTimeOffset Until);

/// <summary>A lease that expired.</summary>
/// <param name="Process">Whose it was.</param>
/// <param name="Account">Of which account.</param>
/// <param name="Amount">What is assumed to be used.</param>
public sealed record AssumedLease(string Process, string Account, long Amount);
