using Dragoman.Access.Directory;

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
    public static string? NameMistake(string text) => Mistake(text, LongestName);

    /// <summary>What is wrong with the value of a tag, or null.</summary>
    public static string? ValueMistake(string text) => text.Length == 0 ? null : Mistake(text, LongestValue);

    /// <summary>What is wrong with the name of a tag, or null.</summary>
    public static string? TagMistake(string text) =>
        text.Length is > 0 and <= LongestTag && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':' or '/')
            ? null
            : $"is no name of a tag; it has 1 to {LongestTag} letters, digits and the characters - _ . : / of ASCII";

    /// <summary>What is wrong with a tag as <c>NAME=VALUE</c>, or null.</summary>
    public static string? LabelMistake(string text)
    {
        var (name, value) = TagLabel.Split(text);
        return name.Length == 0 ? "is no tag; it is NAME=VALUE, such as project=x" : TagMistake(name) ?? ValueMistake(value);
    }

    /// <summary>What is wrong with the name of a time zone, or null.</summary>
    public static string? TimeZoneMistake(string text) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(text, out _) ? null : "is no time zone of the IANA database that this machine knows, such as Europe/Berlin";

    /// <summary>A text that somebody sent, short enough for a message.</summary>
    public static string Cut(string text)
    {
        if (text.Length <= LongestQuoted)
            return text;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[LongestQuoted - 1]) ? LongestQuoted - 1 : LongestQuoted), "…");
    }

    private static string? Mistake(string text, int longest) =>
        text.Length is 0 || text.Length > longest ? $"must have 1 to {longest} characters, not {text.Length}"
        : text.Any(char.IsControl) ? "must not contain control characters"
        : null;
}
