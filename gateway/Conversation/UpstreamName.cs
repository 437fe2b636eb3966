using System.Buffers;
using System.Globalization;
using System.Text;

namespace Dragoman.Conversation;

/// <summary>
/// The rule for every name of a model, a client's and an operator's alike: what no provider calls a model, and what could
/// mean something else in an address or a log, is no name.
/// </summary>
public static class UpstreamName
{
    /// <summary>UTF-16 units.</summary>
    public const int Longest = 512;

    /// <summary>For the person who wrote a name that is none.</summary>
    public const string Rule =
        "allowed: up to 512 characters, without control characters, '%', '?', '#' and '\\', without white space at the ends, "
        + "and without empty, '.' and '..' segments between slashes";

    /// <summary>See <see cref="Rule"/>; said of names that become a part of an address.</summary>
    public const string PathRule = "allowed: letters, digits, '-', '_', '.', '~', ':', '@' and '+' of ASCII";

    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (char)code), '\u007f', '%', '?', '#', '\\']);

    private static readonly SearchValues<char> InPath = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~:@+");

    /// <summary>Whether a provider may call a model so (<see cref="Rule"/>).</summary>
    public static bool CanExist(string name)
    {
        if (name.Length is 0 or > Longest || name.AsSpan().ContainsAny(Forbidden))
            return false;
        if (char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]))
            return false;
        return HasPlainSegments(name) && (Ascii.IsValid(name) || HasPlainLetters(name));
    }

    /// <summary>Whether the name may also stand in an address, all of it in one segment (<see cref="PathRule"/>).</summary>
    public static bool FitsSegment(string name) => CanExist(name) && !name.AsSpan().ContainsAnyExcept(InPath);

    /// <summary>Whether the name may also stand in an address, its slashes between segments (<see cref="PathRule"/>).</summary>
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
    /// Beyond ASCII only letters, their marks and digits: every slash, dot and percent sign that a server may take for the
    /// ASCII one is neither, nor is what turns the direction of a text round.
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
