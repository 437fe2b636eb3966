using System.Diagnostics.CodeAnalysis;

namespace Dragoman.Configuration;

/// <summary>The rule for a provider's address: requests go below it, and nothing of it may mean anything but a place.</summary>
internal static class BaseUrl
{
    public const string Rule = "must be an http or https URL without user, password, query, fragment and spaces, such as https://api.example.com/v1";

    /// <param name="text">With or without a slash at its end.</param>
    /// <param name="url">Ends with a slash.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out url)
        && url is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "", Host.Length: > 0, Port: > 0 }
        && !text.Any(letter => letter is '\\' or '@' || char.IsWhiteSpace(letter) || char.IsControl(letter));
}
