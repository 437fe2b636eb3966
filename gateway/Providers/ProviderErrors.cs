using Dragoman.Conversation;
using Dragoman.Secrets;

namespace Dragoman.Providers;

/// <summary>
/// A provider's errors in the form that may leave the gateway. What a provider says about the gateway's key is not forwarded,
/// because the client's own key was right, and no credential is quoted.
/// </summary>
/// <param name="provider">Its name, as the operator gave it.</param>
/// <param name="credentials">All configured credentials.</param>
internal sealed class ProviderErrors(string provider, CredentialScrub credentials)
{
    /// <summary>The key was rejected, with any status.</summary>
    private static readonly string[] RefusedKey =
    [
        "api key not valid", "api key not found", "api key expired", "api key is invalid", "api key has expired",
        "invalid api key", "invalid_api_key", "invalid api-key", "invalid x-api-key", "incorrect api key", "incorrect_api_key", "wrong api key", "malformed api key",
        "invalid subscription key", "invalid authentication", "api_key_invalid", "api_key_expired",
    ];

    /// <summary>A 403 that says one of these is about the key,</summary>
    private static readonly string[] KeyWords =
    [
        "api key", "api_key", "api-key", "apikey", "subscription key", "access token", "access_token", "credential", "authenticat", "unauthorized", "bearer", "service account", "consumer",
    ];

    /// <summary>unless it says one of these: then the client can do something about it.</summary>
    private static readonly string[] OtherReasons =
        ["model", "deployment", "region", "country", "territory", "location", "polic", "content", "safety", "moderat", "blocked prompt"];

    /// <summary>The error as a client and a log may see it.</summary>
    public GatewayError ForClient(GatewayError error) => error.Kind switch
    {
        ErrorKind.UpstreamRefusedKey => Refused(error),
        ErrorKind.InvalidRequest or ErrorKind.Forbidden or ErrorKind.ModelNotFound when Says(error, RefusedKey) => Refused(error with { Kind = ErrorKind.UpstreamRefusedKey }),
        // In the middle of a stream there is no status; another target may still be tried.
        ErrorKind.UpstreamFailed when Says(error, RefusedKey) => Refused(error),
        ErrorKind.Forbidden when IsAboutKey(error) => Cleaned(error) with { Message = $"The provider {provider} does not allow this to the gateway's key." },
        _ => Cleaned(error),
    };

    /// <summary>A text without anything that is, or looks like, a credential.</summary>
    private string Clean(string text) => CredentialShapes.Clean(credentials.Clean(text));

    private GatewayError Refused(GatewayError error) => Cleaned(error) with { Message = $"The provider {provider} refused the gateway's key.", Field = null };

    private GatewayError Cleaned(GatewayError error) => error with
    {
        Message = Clean(error.Message),
        Code = error.Code is { } code ? Clean(code) : null,
        Field = error.Field is { } field ? Clean(field) : null,
    };

    /// <summary>A code is exact, so it decides, whatever the message mentions.</summary>
    private static bool IsAboutKey(GatewayError error) =>
        Holds(error.Code, KeyWords) || (Holds(error.Message, KeyWords) && !Holds(error.Message, OtherReasons));

    private static bool Says(GatewayError error, string[] phrases) => Holds(error.Message, phrases) || Holds(error.Code, phrases);

    private static bool Holds(string? text, string[] phrases) =>
        text is not null && Array.Exists(phrases, phrase => text.Contains(phrase, StringComparison.OrdinalIgnoreCase));
}
