using System.Buffers;
using System.Globalization;
using System.Text;

namespace Dragoman.Conversation;

/// <summary>
/// The rule for every name of a model, from a client or from the configuration. It rejects what no provider uses as a name and
/// what could have another meaning in an address or in a log.
/// </summary>
public static class UpstreamName
{
    /// <summary>The greatest length in UTF-16 units.</summary>
    public const int Longest = 512;

    /// <summary>The rule as a message, for the person who wrote an invalid name.</summary>
    public const string Rule =
        "allowed: up to 512 characters, without control characters, '%', '?', '#' and '\\', without white space at the ends, "
        + "and without empty, '.' and '..' segments between slashes";

    /// <summary>The stricter rule for names that become part of an address, as a message like <see cref="Rule"/>.</summary>
    public const string PathRule = "allowed: letters, digits, '-', '_', '.', '~', ':', '@' and '+' of ASCII";

    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (char)code), '\u007f', '%', '?', '#', '\\']);

    private static readonly SearchValues<char> InPath = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~:@+");

    /// <summary>Whether a provider may use this as a model's name (<see cref="Rule"/>).</summary>
    public static bool CanExist(string name)
    {
        if (name.Length is 0 or > Longest || name.AsSpan().ContainsAny(Forbidden))
            return false;
        if (char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]))
            return false;
        return HasPlainSegments(name) && (Ascii.IsValid(name) || HasPlainLetters(name));
    }

    /// <summary>Whether the name is also allowed in an address, as a single segment (<see cref="PathRule"/>).</summary>
    public static bool FitsSegment(string name) => CanExist(name) && !name.AsSpan().ContainsAnyExcept(InPath);

    /// <summary>Whether the name is also allowed in an address, where its slashes separate segments (<see cref="PathRule"/>).</summary>
    public static bool FitsPath(string name)
    {
        if (!CanExist(name))
            return false;
        foreach (var segment in name.AsSpan().Split('/'))
        {
            if (name.AsSpan()[segment].ContainsAnyExcept(InPath))
                return false;
        }

        return true;
    }

    private static bool HasPlainSegments(string name)
    {
        foreach (var range in name.AsSpan().Split('/'))
        {
            if (name.AsSpan()[range] is "" or "." or "..")
                return false;
        }

        return true;
    }

    /// <summary>
    /// Whether all characters beyond ASCII are letters, combining marks or digits. This excludes every slash, dot and percent sign
    /// that a server may convert to the ASCII one, and every character that changes the direction of a text.
    /// </summary>
    private static bool HasPlainLetters(string name)
    {
        for (var rest = name.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != OperationStatus.Done)
                return false;
            if (!rune.IsAscii && !Rune.IsLetterOrDigit(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
                return false;
            rest = rest[length..];
        }

        return true;
    }
}
