namespace Dragoman.Stores.Ledger;

/// <summary>An administrator's change of what an account has settled.</summary>
/// <param name="OperationId">Names this correction and no other.</param>
/// <param name="Account">The account.</param>
/// <param name="Amount">What is added; less than zero gives back. No more is given back than was settled and is excess. What is given back is no longer assumed.</param>
/// <param name="At">When it was decided.</param>
/// <param name="Reason">Why, for the reader of the ledger.</param>
public sealed record LedgerCorrection(string OperationId, string Account, long Amount, DateTimeOffset At, string Reason);
