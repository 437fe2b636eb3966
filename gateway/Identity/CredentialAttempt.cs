namespace Dragoman.Identity;

/// <summary>What a source of tokens has answered instead of a token.</summary>
/// <param name="Source">The source's name in the configuration.</param>
/// <param name="Answer">What it answered, on one line. It has no token and no secret, but it may name tenants and clients.</param>
/// <param name="Advice">What an operator can do.</param>
/// <param name="IsUnavailable">Whether the source does not exist here, rather than to have failed.</param>
public sealed record CredentialAttempt(string Source, string Answer, string Advice, bool IsUnavailable);
