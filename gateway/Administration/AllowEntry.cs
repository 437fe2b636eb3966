using Dragoman.Configuration;
using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary>The rules for the entries of <see cref="Access.Directory.AllowRules"/>.</summary>
internal static class AllowEntry
{
    private const int Longest = 200;

    /// <summary>What is wrong with a pattern of models, or null.</summary>
    public static Wording? ModelMistake(string text) => PatternMistake(text);

    /// <summary>What is wrong with a pattern of paths, or null.</summary>
    public static Wording? EndpointMistake(string text) =>
        PatternMistake(text) ?? (text[0] is '/' or '*' ? null : MistakeText.NoPath);

    /// <summary>What is wrong with a network, or null.</summary>
    public static Wording? NetworkMistake(string text) => Network.TryParse(text, out _) ? null : MistakeText.NoNetwork;

    private static Wording? PatternMistake(string text) =>
        text.Length is 0 or > Longest ? MistakeText.WrongLength(Longest, text.Length)
        : text.Any(static letter => char.IsControl(letter) || char.IsWhiteSpace(letter)) ? MistakeText.SpacesOrControls
        : null;
}
