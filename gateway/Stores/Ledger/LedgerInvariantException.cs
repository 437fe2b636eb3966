namespace Dragoman.Stores.Ledger;

/// <summary>An account would have more than its ceiling, or less than nothing. Nothing may be written then.</summary>
internal sealed class LedgerInvariantException(string message) : InvalidOperationException(message);
