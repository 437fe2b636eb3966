using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Secrets;

namespace Dragoman.Providers;

/// <summary>
/// Turns a provider's errors into a form that may leave the gateway. What a provider says about the gateway's key is not forwarded,
/// because the client's own key was right. All credentials are removed.
/// </summary>
/// <param name="provider">The name of the provider in the configuration.</param>
/// <param name="credentials">All configured credentials.</param>
internal sealed class ProviderErrors(string provider, CredentialScrub credentials)
{
    /// <summary>Phrases that mean that the key was rejected, whatever the status is.</summary>
    private static readonly string[] RefusedKey =
    [
        "api key not valid", "api key not found", "api key expired", "api key is invalid", "api key has expired",
        "invalid api key", "invalid_api_key", "invalid api-key", "invalid x-api-key", "incorrect api key", "incorrect_api_key", "wrong api key", "malformed api key",
        "invalid subscription key", "invalid authentication", "api_key_invalid", "api_key_expired",
    ];

    /// <summary>Words that make a 403 an error about the key, unless its message also has one of <see cref="OtherReasons"/>.</summary>
    private static readonly string[] KeyWords =
    [
        "api key", "api_key", "api-key", "apikey", "subscription key", "access token", "access_token", "credential", "authenticat", "unauthorized", "bearer", "service account", "consumer",
    ];

    /// <summary>Words for reasons that the client can do something about.</summary>
    private static readonly string[] OtherReasons =
        ["model", "deployment", "region", "country", "territory", "location", "polic", "content", "safety", "moderat", "blocked prompt"];

    /// <summary>Whether another key might be accepted.</summary>
    public static bool BlamesKey(GatewayError error) => error.Kind switch
    {
        ErrorKind.UpstreamRefusedKey => true,
        ErrorKind.Forbidden => IsAboutKey(error),
        _ => Says(error, RefusedKey),
    };

    /// <summary>The error as a client and a log may see it.</summary>
    public GatewayError ForClient(GatewayError error) => error.Kind switch
    {
        ErrorKind.UpstreamRefusedKey => Refused(error),
        ErrorKind.InvalidRequest or ErrorKind.Forbidden or ErrorKind.ModelNotFound when Says(error, RefusedKey) => Refused(error with { Kind = ErrorKind.UpstreamRefusedKey }),
        // An error in the middle of a stream has no status. It stays retryable, so that another target may be tried.
        ErrorKind.UpstreamFailed when Says(error, RefusedKey) => Refused(error),
        ErrorKind.Forbidden when IsAboutKey(error) => Cleaned(error) with { Text = ProviderText.KeyNotAllowed(provider) },
        _ => Cleaned(error),
    };

    /// <summary>A text without anything that is, or looks like, a credential.</summary>
    private string Clean(string text) => CredentialShapes.Clean(credentials.Clean(text));

    /// <summary>One of the gateway's own texts may quote the provider. It is translated unless the quotation had to be cleaned.</summary>
    private Wording CleanText(Wording text) => Clean(text.ToString()) is var cleaned && cleaned == text.ToString() ? text : Wording.Verbatim(cleaned);

    private GatewayError Refused(GatewayError error) => Cleaned(error) with { Text = ProviderText.RefusedKeyOf(provider), Field = null };

    private GatewayError Cleaned(GatewayError error) => error with
    {
        Text = CleanText(error.Text),
        Code = error.Code is { } code ? Clean(code) : null,
        Field = error.Field is { } field ? Clean(field) : null,
    };

    /// <summary>Whether the error is about the key. A code with such a word decides, whatever the message says.</summary>
    private static bool IsAboutKey(GatewayError error) =>
        Holds(error.Code, KeyWords) || (Holds(error.Message, KeyWords) && !Holds(error.Message, OtherReasons));

    private static bool Says(GatewayError error, string[] phrases) => Holds(error.Message, phrases) || Holds(error.Code, phrases);

    private static bool Holds(string? text, string[] phrases) =>
        text is not null && Array.Exists(phrases, phrase => text.Contains(phrase, StringComparison.OrdinalIgnoreCase));
}
