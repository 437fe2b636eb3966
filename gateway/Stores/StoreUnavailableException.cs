namespace Dragoman.Stores;

/// <summary>
/// The store did not answer, or cannot be used. After a write its outcome is unknown: it must be repeated with the same operation
/// id. The message contains no credential.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
