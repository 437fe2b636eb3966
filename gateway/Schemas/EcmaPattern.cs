using System.Globalization;
using System.Text;

namespace Dragoman.Schemas;

/// <summary>
/// Translates a regular expression of ECMA 262, which JSON Schema uses (2020-12, 6.4, with the flag <c>u</c>), to .NET's syntax.
/// The two look alike but differ: in .NET <c>\w</c> and <c>\d</c> match all alphabets, <c>$</c> also matches before a line end,
/// and <c>.</c> matches half of a character that has two UTF-16 units.
/// </summary>
internal ref struct EcmaPattern
{
    private static readonly CodePoints Digits = new(('0', '9'));
    private static readonly CodePoints WordCharacters = new(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));
    private static readonly CodePoints LineEnds = new(('\n', '\n'), ('\r', '\r'), ('\u2028', '\u2029'));
    private static readonly CodePoints Spaces = new(
        ('\t', '\r'), (' ', ' '), ('\u00a0', '\u00a0'), ('\u1680', '\u1680'), ('\u2000', '\u200a'), ('\u2028', '\u2029'), ('\u202f', '\u202f'), ('\u205f', '\u205f'), ('\u3000', '\u3000'), ('\ufeff', '\ufeff'));

    private readonly ReadOnlySpan<char> source;
    private readonly bool withPairs;
    private readonly StringBuilder output = new();
    private int position;
    private bool isForAscii;

    private EcmaPattern(ReadOnlySpan<char> source, bool withPairs)
    {
        this.source = source;
        this.withPairs = withPairs;
    }

    /// <param name="pattern">The expression in the syntax of ECMA 262.</param>
    /// <param name="withPairs">Whether the texts have surrogate pairs; without them the translation is shorter and more expressions can be translated.</param>
    /// <param name="isForAscii">Whether the translation is valid for ASCII texts only.</param>
    /// <returns>The translation; null when a part of it is unknown or cannot be translated for .NET's linear-time engine.</returns>
    public static string? Translate(string pattern, bool withPairs, out bool isForAscii)
    {
        var translation = new EcmaPattern(pattern, withPairs);
        var isTranslated = translation.TryTranslate();
        isForAscii = translation.isForAscii;
        return isTranslated ? translation.output.ToString() : null;
    }

    private bool TryTranslate()
    {
        while (position < source.Length)
        {
            var isTranslated = source[position] switch
            {
                '\\' => TryEscape(),
                '[' => TryClass(),
                '(' => TryGroup(),
                '.' => TryTake(".", LineEnds.Others()),
                '$' => TryTake("$", "\\z"),
                '^' or ')' or '|' or '*' or '+' or '?' or '{' or '}' => TryTake(source[position..(position + 1)], source[position].ToString()),
                _ => TryLiteral(),
            };
            if (!isTranslated)
                return false;
        }

        return true;
    }

    private bool TryTake(ReadOnlySpan<char> taken, string translation)
    {
        position += taken.Length;
        output.Append(translation);
        return true;
    }

    private bool TryTake(ReadOnlySpan<char> taken, CodePoints translation)
    {
        position += taken.Length;
        translation.Write(output, withPairs);
        return true;
    }

    private bool TryLiteral()
    {
        if (!TryTakeCharacter(out var character))
            return false;
        new CodePoints((character, character)).Write(output, withPairs);
        return true;
    }

    private bool TryGroup()
    {
        position++;
        output.Append('(');
        if (!IsNext("?"))
            return true;
        if (IsNext("?:"))
            return TryTake("?:", "?:");
        if (!IsNext("?<") || IsNext("?<=") || IsNext("?<!"))
            return false;
        // The name is dropped: nothing refers to it, and it may have letters that .NET rejects.
        var end = source[position..].IndexOf('>');
        if (end < 0)
            return false;
        position += end + 1;
        return true;
    }

    private bool TryEscape()
    {
        if (TryTakeBoundary(out var boundary))
        {
            output.Append(boundary);
            return isForAscii = true;
        }

        if (TryTakeCategory(out var category))
        {
            output.Append(category);
            return category.Length > 0 && !withPairs;
        }

        if (TryTakeSet(out var set))
        {
            set.Write(output, withPairs);
            return true;
        }

        return TryLiteral();
    }

    private bool TryClass()
    {
        position++;
        var isNegated = IsNext("^");
        if (isNegated)
            position++;
        var set = new CodePoints();
        var categories = new StringBuilder();
        while (position < source.Length && source[position] != ']')
        {
            if (TryTakeCategory(out var category))
            {
                if (category.Length == 0 || withPairs)
                    return false;
                categories.Append(category);
                continue;
            }

            if (TryTakeSet(out var some))
            {
                set.Add(some);
                continue;
            }

            if (!TryTakeCharacter(out var from, isInClass: true))
                return false;
            var to = from;
            if (IsNext("-") && !IsNext("-]"))
            {
                position++;
                // A set cannot be the end of a range.
                if (TryTakeSet(out _) || TryTakeCategory(out _) || !TryTakeCharacter(out to, isInClass: true) || to < from)
                    return false;
            }

            set.Add(new CodePoints((from, to)));
        }

        if (position == source.Length)
            return false;
        position++;
        if (categories.Length > 0)
            set.WriteUnits(output, isNegated, categories.ToString());
        else
            (isNegated ? set.Others() : set).Write(output, withPairs);
        return true;
    }

    private bool TryTakeBoundary(out string boundary)
    {
        boundary = IsNext("\\b") ? "\\b" : IsNext("\\B") ? "\\B" : "";
        position += boundary.Length;
        return boundary.Length > 0;
    }

    /// <param name="category">The category in .NET's syntax; empty when .NET has no name for it.</param>
    private bool TryTakeCategory(out string category)
    {
        category = "";
        if (!IsNext("\\p{") && !IsNext("\\P{"))
            return false;
        var end = source[position..].IndexOf('}');
        if (end is not (4 or 5) || !char.IsAsciiLetterUpper(source[position + 3]))
            return true;
        category = source[position..(position + end + 1)].ToString();
        position += end + 1;
        return true;
    }

    private bool TryTakeSet(out CodePoints set)
    {
        set = new CodePoints();
        if (!IsNext("\\") || position + 1 == source.Length)
            return false;
        var (known, isNegated) = source[position + 1] switch
        {
            'd' => (Digits, false),
            'D' => (Digits, true),
            'w' => (WordCharacters, false),
            'W' => (WordCharacters, true),
            's' => (Spaces, false),
            'S' => (Spaces, true),
            _ => (null, false),
        };
        if (known is null)
            return false;
        position += 2;
        set = isNegated ? known.Others() : known;
        return true;
    }

    /// <summary>Reads one character, plain or escaped; false for an escape that ECMA 262 does not define or that .NET's engine lacks.</summary>
    private bool TryTakeCharacter(out int character, bool isInClass = false)
    {
        if (!IsNext("\\"))
        {
            var status = Rune.DecodeFromUtf16(source[position..], out var rune, out var length);
            character = rune.Value;
            position += length;
            return status == System.Buffers.OperationStatus.Done;
        }

        character = 0;
        if (position + 1 == source.Length)
            return false;
        var letter = source[position + 1];
        position += 2;
        switch (letter)
        {
            case 'x':
                return TryTakeHex(2, out character);
            case 'u':
                return IsNext("{") ? TryTakeBraced(out character) : TryTakeUnits(out character);
            case 'c' when position < source.Length && char.IsAsciiLetter(source[position]):
                character = source[position++] % 32;
                return true;
            case '0' when position == source.Length || !char.IsAsciiDigit(source[position]):
                return true;
        }

        character = letter switch
        {
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            'b' when isInClass => '\b',
            _ => letter,
        };
        return character != letter || !char.IsAsciiLetterOrDigit(letter);
    }

    private bool TryTakeUnits(out int character)
    {
        if (!TryTakeHex(4, out character))
            return false;
        if (!char.IsSurrogate((char)character))
            return true;
        var high = (char)character;
        if (!IsNext("\\u"))
            return false;
        position += 2;
        if (!TryTakeHex(4, out var low) || !char.IsSurrogatePair(high, (char)low))
            return false;
        character = char.ConvertToUtf32(high, (char)low);
        return true;
    }

    private bool TryTakeBraced(out int character)
    {
        character = 0;
        var end = source[position..].IndexOf('}');
        if (end < 0 || !int.TryParse(source[(position + 1)..(position + end)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out character))
            return false;
        position += end + 1;
        return Rune.IsValid(character);
    }

    private bool TryTakeHex(int digits, out int value)
    {
        value = 0;
        if (position + digits > source.Length || !int.TryParse(source.Slice(position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
            return false;
        position += digits;
        return true;
    }

    private readonly bool IsNext(string text) => source[position..].StartsWith(text, StringComparison.Ordinal);
}
