using System.Text;
using System.Text.RegularExpressions;
using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.Schemas;

/// <summary>
/// Generates a text that matches a regular expression of literals, classes, groups, alternatives, quantifiers and anchors.
/// Assertions and back references are ignored, so the text may not match a pattern that has them.
/// </summary>
internal sealed class PatternText
{
    private const int MostOpenRepetitions = 3;
    private const int MostRepetitions = 1000;
    private const int DeepestGroup = 50;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";
    private const string WordLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    private const string Digits = "0123456789";

    private static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(50);

    private readonly string pattern;
    private readonly DeterministicRandom random;
    private int position;
    private int depth;

    private PatternText(string pattern, DeterministicRandom random)
    {
        this.pattern = pattern;
        this.random = random;
    }

    public static string Make(string pattern, DeterministicRandom random) => new PatternText(pattern, random).Alternatives();

    /// <summary>Whether the pattern occurs in the text. An invalid pattern counts as a match.</summary>
    public static bool Matches(string pattern, string text)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, MatchTimeout);
        }
        catch (ArgumentException)
        {
            return true;
        }
        catch (RegexMatchTimeoutException)
        {
            return true;
        }
    }

    private string Alternatives()
    {
        if (++depth > DeepestGroup)
        {
            position = this.pattern.Length;
            return "";
        }

        var alternatives = new List<string> { Sequence() };
        while (position < this.pattern.Length && this.pattern[position] == '|')
        {
            position++;
            alternatives.Add(Sequence());
        }

        depth--;
        return alternatives[this.random.Below(alternatives.Count)];
    }

    private string Sequence()
    {
        var text = new StringBuilder();
        while (position < this.pattern.Length && this.pattern[position] is not ('|' or ')'))
        {
            var begins = position;
            var atom = Atom();
            var ends = position;
            var (least, most) = Quantifier();
            var times = Math.Min(this.random.Between(least, most), MostRepetitions);
            for (var time = 0; time < times; time++)
            {
                text.Append(atom);
                if (time + 1 < times)
                {
                    var after = position;
                    position = begins;
                    atom = Atom();
                    position = after;
                }
            }

            if (position < ends)
                position = ends;
        }

        return text.ToString();
    }

    private string Atom()
    {
        var letter = this.pattern[position++];
        switch (letter)
        {
            case '^' or '$':
                return "";
            case '.':
                return Letters[this.random.Below(Letters.Length)].ToString();
            case '(':
                return Group();
            case '[':
                return Class().ToString();
            case '\\' when position < this.pattern.Length:
                return Escape();
            default:
                return letter.ToString();
        }
    }

    private string Group()
    {
        var isAssertion = false;
        if (position + 1 < this.pattern.Length && this.pattern[position] == '?')
        {
            var rest = this.pattern.AsSpan(position);
            isAssertion = rest.StartsWith("?=") || rest.StartsWith("?!") || rest.StartsWith("?<=") || rest.StartsWith("?<!");
            var nameEnd = rest.StartsWith("?<") && !isAssertion ? this.pattern.IndexOf('>', position) : -1;
            position = nameEnd > 0 ? nameEnd + 1 : Math.Min(this.pattern.Length, position + (rest.StartsWith("?<") ? 3 : 2));
        }

        var inside = Alternatives();
        if (position < this.pattern.Length)
            position++;
        return isAssertion ? "" : inside;
    }

    private string Escape()
    {
        var letter = this.pattern[position++];
        switch (letter)
        {
            case 'd':
                return Pick(Digits);
            case 'w':
                return Pick(WordLetters);
            case 's':
                return " ";
            case 'D' or 'S':
                return Pick(Letters);
            case 'W':
                return "-";
            case 'b' or 'B' or 'A' or 'z' or 'Z':
                return "";
            case 'n':
                return "\n";
            case 't':
                return "\t";
            case 'r':
                return "\r";
            case 'p' or 'P' when position < this.pattern.Length && this.pattern[position] == '{':
                var property = this.pattern.IndexOf('}', position);
                var name = property < 0 ? "" : this.pattern[(position + 1)..property];
                position = property < 0 ? this.pattern.Length : property + 1;
                return name.StartsWith('N') ? Pick(Digits) : name == "Lu" ? Pick(Letters).ToUpperInvariant() : Pick(Letters);
            case 'u' when position + 4 <= this.pattern.Length && ushort.TryParse(this.pattern.AsSpan(position, 4), System.Globalization.NumberStyles.HexNumber, null, out var code):
                position += 4;
                return ((char)code).ToString();
            default:
                return letter.ToString();
        }
    }

    private char Class()
    {
        var negated = position < this.pattern.Length && this.pattern[position] == '^';
        if (negated)
            position++;
        var members = new StringBuilder();
        var first = true;
        while (position < this.pattern.Length && (this.pattern[position] != ']' || first))
        {
            first = false;
            AddClassMember(members);
        }

        position++;
        if (negated)
        {
            var excluded = members.ToString();
            foreach (var candidate in WordLetters + " -.,:;!?/#")
            {
                if (!excluded.Contains(candidate))
                    return candidate;
            }
        }

        return members.Length == 0 ? 'a' : members[this.random.Below(members.Length)];
    }

    private void AddClassMember(StringBuilder members)
    {
        var low = this.pattern[position++];
        if (low == '\\' && position < this.pattern.Length)
        {
            var escaped = this.pattern[position];
            if (escaped is 'd' or 'w')
            {
                position++;
                members.Append(escaped == 'd' ? Digits : WordLetters);
                return;
            }

            var text = Escape();
            if (text.Length == 0)
                return;
            low = text[0];
        }

        var isRange = position + 1 < this.pattern.Length && this.pattern[position] == '-' && this.pattern[position + 1] != ']';
        if (!isRange)
        {
            members.Append(low);
            return;
        }

        position++;
        var high = this.pattern[position++];
        if (high == '\\' && position < this.pattern.Length)
            high = Escape() is { Length: > 0 } text ? text[0] : low;
        // A test does not need most of a wide range, such as all of Unicode.
        for (var member = low; member <= high && member - low < 128; member++)
            members.Append(member);
    }

    private (int Least, int Most) Quantifier()
    {
        if (position >= this.pattern.Length)
            return (1, 1);
        (int Least, int Most)? quantity = this.pattern[position] switch
        {
            '*' => (0, MostOpenRepetitions),
            '+' => (1, MostOpenRepetitions),
            '?' => (0, 1),
            '{' => Braces(),
            _ => null,
        };
        if (quantity is not { } found)
            return (1, 1);
        position++;
        if (position < this.pattern.Length && this.pattern[position] is '?' or '+')
            position++;
        return found;
    }

    /// <summary>Reads <c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c> and stops at the closing brace. Null when it is none of these.</summary>
    private (int Least, int Most)? Braces()
    {
        var end = this.pattern.IndexOf('}', position);
        if (end < 0)
            return null;
        var parts = this.pattern[(position + 1)..end].Split(',');
        if (parts.Length > 2 || !int.TryParse(parts[0], out var least) || least < 0)
            return null;
        var most = least;
        if (parts.Length == 2 && !int.TryParse(parts[1], out most))
            most = Math.Min(least, MostRepetitions) + MostOpenRepetitions;
        position = end;
        return (Math.Min(least, MostRepetitions), Math.Clamp(most, Math.Min(least, MostRepetitions), MostRepetitions));
    }

    private string Pick(string letters) => letters[this.random.Below(letters.Length)].ToString();
}
