using Dragoman.Emulator.Api;

namespace Dragoman.Emulator.Anthropic;

/// <summary>The header <c>anthropic-version</c>.</summary>
internal static class ApiVersion
{
    private const string Header = "anthropic-version";

    /// <summary>Whether the version is 2026-10-21 and not 2023-06-01.</summary>
    /// <exception cref="ApiException">400: the header is missing or names another version.</exception>
    public static bool IsNew(HttpRequest request) => request.Headers[Header].ToString() switch
    {
        "2026-10-21" => true,
        "2023-06-01" => false,
        "" => throw new ApiException(AnthropicError.Invalid($"{Header}: header is required")),
        var version => throw new ApiException(AnthropicError.Invalid($"{Header}: \"{version}\" is not a valid version. Valid versions are 2023-06-01 and 2026-10-21.")),
    };
}
