using Dragoman.Configuration;

namespace Dragoman.Administration;

/// <summary>The rules for the entries of <see cref="Access.Directory.AllowRules"/>.</summary>
internal static class AllowEntry
{
    private const int Longest = 200;

    /// <summary>What is wrong with a pattern of models, or null.</summary>
    public static string? ModelMistake(string text) => PatternMistake(text);

    /// <summary>What is wrong with a pattern of paths, or null.</summary>
    public static string? EndpointMistake(string text) =>
        PatternMistake(text) ?? (text[0] is '/' or '*' ? null : "must begin with / or *, as in /v1/chat/completions or /v1/*");

    /// <summary>What is wrong with a network, or null.</summary>
    public static string? NetworkMistake(string text) => Network.TryParse(text, out _) ? null : $"is not a network; {Network.Rule}";

    private static string? PatternMistake(string text) =>
        text.Length is 0 or > Longest ? $"must have 1 to {Longest} characters, not {text.Length}"
        : text.Any(static letter => char.IsControl(letter) || char.IsWhiteSpace(letter)) ? "must not contain spaces or control characters"
        : null;
}
