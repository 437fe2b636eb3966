namespace Dragoman.Stores.Ledger;

/// <summary>A question about usage that a store does not answer. The message says why, as a part of a sentence.</summary>
public sealed class UsageRefusedException(string message) : Exception(message);
