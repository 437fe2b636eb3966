namespace Dragoman.Secrets;

/// <summary>An exception that is safe to log: frameworks quote values that they reject, and such a value may be a credential.</summary>
/// <param name="error">The original exception.</param>
/// <param name="credentials">All configured credentials.</param>
public sealed class ScrubbedException(Exception error, CredentialScrub credentials) : Exception(Clean(error.Message, credentials))
{
    private readonly string told = Clean(error.ToString(), credentials);

    /// <summary>The text of the original exception, with its type, inner exceptions and stack.</summary>
    public override string ToString() => told;

    private static string Clean(string text, CredentialScrub credentials) => CredentialShapes.Clean(credentials.Clean(text));
}
