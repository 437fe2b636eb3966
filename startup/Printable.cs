using System.Globalization;
using System.Text;

namespace Dragoman.Startup;

/// <summary>Makes foreign text safe for a terminal: one line of limited length, without characters that control a terminal.</summary>
public static class Printable
{
    /// <summary>The longest quoted text in UTF-16 units.</summary>
    private const int LongestQuotation = 120;

    /// <summary>The longest line in UTF-16 units.</summary>
    private const int LongestLine = 2000;

    /// <summary>The text in quotation marks, cut off when it is long.</summary>
    public static string Quote(string text) =>
        $"\"{(text.Length <= LongestQuotation ? text : text[..LongestQuotation] + "…")}\"";

    /// <summary>The text on one line; a character that is not printable is escaped, such as <c>\u001b</c>.</summary>
    public static string Line(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, LongestLine));
        foreach (var letter in text)
        {
            if (line.Length >= LongestLine)
                return line.Append('…').ToString();
            // Each half of a surrogate pair is escaped: not every terminal can show such characters, and they are not needed here.
            if (CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else
                line.Append(letter);
        }

        return line.ToString();
    }
}
