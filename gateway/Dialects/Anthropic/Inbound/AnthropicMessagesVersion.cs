using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>The version of the API that a client uses (specs/dialects.md 1.3).</summary>
internal static class AnthropicMessagesVersion
{
    public const string Header = "anthropic-version";
    public const string Betas = "anthropic-beta";

    /// <summary>More than any client asks for at once; Claude Code sends about ten.</summary>
    private const int MostBetas = 32;

    private const int LongestBeta = 100;

    private const string First = "2023-06-01";
    private const string WithoutSampling = "2026-10-21";

    /// <summary>The client's version. A client that names none gets the first one.</summary>
    /// <exception cref="GatewayException">There is no such version.</exception>
    public static string Of(RequestContext context) => context.Header(Header) switch
    {
        null or "" => First,
        (First or WithoutSampling) and var known => known,
        var unknown => throw GatewayException.Invalid(Header, RequestText.UnknownVersion(Header, unknown, First, WithoutSampling)),
    };

    /// <summary>Whether the version lacks sampling parameters and documents in assistant messages.</summary>
    public static bool IsWithoutSampling(string version) => version == WithoutSampling;

    /// <summary>The request headers for a provider of the same family.</summary>
    /// <exception cref="GatewayException">The betas are not a list of names.</exception>
    public static IReadOnlyList<(string Name, string Value)> HeadersOf(RequestContext context, string version) =>
        context.Header(Betas) is { Length: > 0 } betas && BetasOf(betas) is { Length: > 0 } names ? [(Header, version), (Betas, names)] : [(Header, version)];

    /// <summary>The client's header is forwarded to the provider, so it must hold nothing but names separated by commas.</summary>
    private static string BetasOf(string text)
    {
        var names = text.Split(',', MostBetas + 1, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length > MostBetas)
            throw GatewayException.Invalid(Betas, RequestText.TooManyBetas(Betas, MostBetas));
        foreach (var name in names)
        {
            if (name.Length > LongestBeta || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
                throw GatewayException.Invalid(Betas, RequestText.NoBeta(Betas, (name.Length > LongestBeta ? name[..LongestBeta] + "…" : name), LongestBeta));
        }

        return string.Join(',', names);
    }
}
