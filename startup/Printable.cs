using System.Globalization;
using System.Text;

namespace Dragoman.Startup;

/// <summary>Text of others on its way to a terminal: one line, nothing that a terminal obeys, and not endless.</summary>
public static class Printable
{
    /// <summary>UTF-16 units of a text that is quoted in a sentence.</summary>
    private const int LongestQuotation = 120;

    /// <summary>UTF-16 units of a whole sentence.</summary>
    private const int LongestLine = 2000;

    /// <summary>The text in quotation marks, cut where it is long.</summary>
    public static string Quote(string text) =>
        $"\"{(text.Length <= LongestQuotation ? text : text[..LongestQuotation] + "…")}\"";

    /// <summary>The text on one line; what does not print is written as <c>\u001b</c>.</summary>
    public static string Line(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, LongestLine));
        foreach (var letter in text)
        {
            if (line.Length >= LongestLine)
                return line.Append('…').ToString();
            // Halves of surrogate pairs are looked at alone: what they make up is not worth a terminal that draws it.
            if (CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else
                line.Append(letter);
        }

        return line.ToString();
    }
}
