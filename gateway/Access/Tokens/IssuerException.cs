namespace Dragoman.Access.Tokens;

/// <summary>The keys of an issuer cannot be read. The message says why, on one line, without the issuer's name.</summary>
internal sealed class IssuerException(string message, Exception? cause = null) : Exception(message, cause);
