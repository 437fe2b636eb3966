using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.Answers;

/// <summary>What a client reads about a failure that a provider reports.</summary>
internal static class FailureText
{
    private const int Longest = 2000;

    /// <param name="kind">The class of the failure.</param>
    /// <param name="status">The HTTP status, or 200 for a failure inside a successful answer.</param>
    /// <param name="said">The provider's own text; null or empty when it gave none.</param>
    public static Wording Of(ErrorKind kind, int status, string? said) => (kind, said) switch
    {
        // Providers quote parts of a rejected key, which the client must not see.
        (ErrorKind.UpstreamRefusedKey, _) => ProviderText.RefusedKey,
        (_, { Length: > Longest }) => Wording.Verbatim(said[..Longest] + "…"),
        (_, { Length: > 0 }) => Wording.Verbatim(said),
        _ => status == 200 ? ProviderText.FailedSilently : ProviderText.AnsweredStatus(status),
    };
}
