using System.Diagnostics.CodeAnalysis;

namespace Dragoman.Configuration;

/// <summary>The rule for a provider's address: request paths are appended to it, so it must be a plain URL without credentials or a query.</summary>
internal static class BaseUrl
{
    public const string Rule = "must be an http or https URL without user, password, query, fragment and spaces, such as https://api.example.com/v1";

    /// <param name="text">The address, with or without a slash at its end.</param>
    /// <param name="url">The address, with a slash at its end.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out url)
        && url is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "", Host.Length: > 0, Port: > 0 }
        && !text.Any(letter => letter is '\\' or '@' || char.IsWhiteSpace(letter) || char.IsControl(letter));
}
