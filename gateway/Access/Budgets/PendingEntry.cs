using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>A settlement that the store does not know yet.</summary>
/// <param name="Entry">What is written to the ledger.</param>
/// <param name="Bytes">The length of its record, which says how much it is in a batch.</param>
internal readonly record struct PendingEntry(LedgerEntry Entry, int Bytes);
