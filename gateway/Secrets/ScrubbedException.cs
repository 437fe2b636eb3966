namespace Dragoman.Secrets;

/// <summary>An exception as a log may show it: frameworks quote the values that they do not like, and one may be a credential.</summary>
/// <param name="error">What happened.</param>
/// <param name="credentials">All that are configured.</param>
public sealed class ScrubbedException(Exception error, CredentialScrub credentials) : Exception(Clean(error.Message, credentials))
{
    private readonly string told = Clean(error.ToString(), credentials);

    /// <summary>The exception's own text, its type, inner exceptions and stack included.</summary>
    public override string ToString() => told;

    private static string Clean(string text, CredentialScrub credentials) => CredentialShapes.Clean(credentials.Clean(text));
}
