using Dragoman.Conversation;

namespace Dragoman.Dialects.Anthropic;

/// <summary>The version of the API that a client speaks (specs/dialects.md 1.3).</summary>
internal static class AnthropicMessagesVersion
{
    public const string Header = "anthropic-version";
    public const string Betas = "anthropic-beta";

    private const string First = "2023-06-01";
    private const string WithoutSampling = "2026-10-21";

    /// <summary>The client's version; a client that names none speaks the first.</summary>
    /// <exception cref="GatewayException">There is no such version.</exception>
    public static string Of(RequestContext context) => context.Header(Header) switch
    {
        null or "" => First,
        (First or WithoutSampling) and var known => known,
        var unknown => throw GatewayException.Invalid(Header, $"{Header}: \"{unknown}\" is not a version of this API; it must be {First} or {WithoutSampling}"),
    };

    /// <summary>Whether the version has neither sampling parameters nor documents in assistant messages.</summary>
    public static bool IsWithoutSampling(string version) => version == WithoutSampling;

    /// <summary>The request headers for a provider of the same family.</summary>
    public static IReadOnlyList<(string Name, string Value)> HeadersOf(RequestContext context, string version) =>
        context.Header(Betas) is { Length: > 0 } betas ? [(Header, version), (Betas, betas)] : [(Header, version)];
}
