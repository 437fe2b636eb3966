using Dragoman.Access.Directory;
using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary>The rules for names and tags, which people choose.</summary>
internal static class FreeText
{
    /// <summary>The most tags of one thing.</summary>
    public const int MostTags = 50;

    private const int LongestName = 200;
    private const int LongestTag = 64;
    private const int LongestValue = 256;
    private const int LongestQuoted = 100;

    /// <summary>What is wrong with a name, or null.</summary>
    public static Wording? NameMistake(string text) => Mistake(text, LongestName);

    /// <summary>What is wrong with the value of a tag, or null.</summary>
    public static Wording? ValueMistake(string text) => text.Length == 0 ? null : Mistake(text, LongestValue);

    /// <summary>What is wrong with the name of a tag, or null.</summary>
    public static Wording? TagMistake(string text) =>
        text.Length is > 0 and <= LongestTag && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':' or '/')
            ? null
            : MistakeText.NoTagName(LongestTag);

    /// <summary>What is wrong with a tag as <c>NAME=VALUE</c>, or null.</summary>
    public static Wording? LabelMistake(string text)
    {
        var (name, value) = TagLabel.Split(text);
        return name.Length == 0 ? MistakeText.NoTag : TagMistake(name) ?? ValueMistake(value);
    }

    /// <summary>What is wrong with the name of a time zone, or null.</summary>
    public static Wording? TimeZoneMistake(string text) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(text, out _) ? null : MistakeText.NoTimeZone;

    /// <summary>A text that somebody sent, short enough for a message.</summary>
    public static string Cut(string text)
    {
        if (text.Length <= LongestQuoted)
            return text;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[LongestQuoted - 1]) ? LongestQuoted - 1 : LongestQuoted), "…");
    }

    private static Wording? Mistake(string text, int longest) =>
        text.Length is 0 || text.Length > longest ? MistakeText.WrongLength(longest, text.Length)
        : text.Any(char.IsControl) ? MistakeText.ControlCharacters
        : null;
}
