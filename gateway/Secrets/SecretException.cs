namespace Dragoman.Secrets;

/// <summary>A secret could not be found, or cannot be used. The message names the reference, and never the value.</summary>
/// <param name="message">The reference and what is wrong, for the operator.</param>
/// <param name="fault">The class of failure.</param>
public sealed class SecretException(string message, SecretFault fault = SecretFault.Invalid) : Exception(message)
{
    public SecretFault Fault => fault;

    /// <summary>How long the vault asks to wait; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
