using System.Text;
using System.Text.RegularExpressions;
using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.Schemas;

/// <summary>
/// Makes a text that matches a regular expression: literals, classes, groups, alternatives, quantifiers and anchors.
/// Assertions and back references are passed over, so the text then need not match.
/// </summary>
internal sealed class PatternText
{
    private const int MostOpenRepetitions = 3;
    private const int MostRepetitions = 1000;
    private const int DeepestGroup = 50;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";
    private const string WordLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    private const string Digits = "0123456789";

    private static readonly TimeSpan matchTimeout = TimeSpan.FromMilliseconds(50);

    private readonly string _pattern;
    private readonly DeterministicRandom _random;
    private int _position;
    private int _depth;

    private PatternText(string pattern, DeterministicRandom random)
    {
        _pattern = pattern;
        _random = random;
    }

    public static string Make(string pattern, DeterministicRandom random) => new PatternText(pattern, random).Alternatives();

    /// <summary>Whether the pattern is found in the text; a pattern that cannot be used is taken to match.</summary>
    public static bool Matches(string pattern, string text)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, matchTimeout);
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
        if (++_depth > DeepestGroup)
        {
            _position = _pattern.Length;
            return "";
        }

        var alternatives = new List<string> { Sequence() };
        while (_position < _pattern.Length && _pattern[_position] == '|')
        {
            _position++;
            alternatives.Add(Sequence());
        }

        _depth--;
        return alternatives[_random.Below(alternatives.Count)];
    }

    private string Sequence()
    {
        var text = new StringBuilder();
        while (_position < _pattern.Length && _pattern[_position] is not ('|' or ')'))
        {
            var begins = _position;
            var atom = Atom();
            var ends = _position;
            var (least, most) = Quantifier();
            var times = Math.Min(_random.Between(least, most), MostRepetitions);
            for (var time = 0; time < times; time++)
            {
                text.Append(atom);
                if (time + 1 < times)
                {
                    var after = _position;
                    _position = begins;
                    atom = Atom();
                    _position = after;
                }
            }

            if (_position < ends)
                _position = ends;
        }

        return text.ToString();
    }

    private string Atom()
    {
        var letter = _pattern[_position++];
        switch (letter)
        {
            case '^' or '$':
                return "";
            case '.':
                return Letters[_random.Below(Letters.Length)].ToString();
            case '(':
                return Group();
            case '[':
                return Class().ToString();
            case '\\' when _position < _pattern.Length:
                return Escape();
            default:
                return letter.ToString();
        }
    }

    private string Group()
    {
        var isAssertion = false;
        if (_position + 1 < _pattern.Length && _pattern[_position] == '?')
        {
            var rest = _pattern.AsSpan(_position);
            isAssertion = rest.StartsWith("?=") || rest.StartsWith("?!") || rest.StartsWith("?<=") || rest.StartsWith("?<!");
            var nameEnd = rest.StartsWith("?<") && !isAssertion ? _pattern.IndexOf('>', _position) : -1;
            _position = nameEnd > 0 ? nameEnd + 1 : Math.Min(_pattern.Length, _position + (rest.StartsWith("?<") ? 3 : 2));
        }

        var inside = Alternatives();
        if (_position < _pattern.Length)
            _position++;
        return isAssertion ? "" : inside;
    }

    private string Escape()
    {
        var letter = _pattern[_position++];
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
            case 'p' or 'P' when _position < _pattern.Length && _pattern[_position] == '{':
                var property = _pattern.IndexOf('}', _position);
                var name = property < 0 ? "" : _pattern[(_position + 1)..property];
                _position = property < 0 ? _pattern.Length : property + 1;
                return name.StartsWith('N') ? Pick(Digits) : name == "Lu" ? Pick(Letters).ToUpperInvariant() : Pick(Letters);
            case 'u' when _position + 4 <= _pattern.Length && ushort.TryParse(_pattern.AsSpan(_position, 4), System.Globalization.NumberStyles.HexNumber, null, out var code):
                _position += 4;
                return ((char)code).ToString();
            default:
                return letter.ToString();
        }
    }

    private char Class()
    {
        var negated = _position < _pattern.Length && _pattern[_position] == '^';
        if (negated)
            _position++;
        var members = new StringBuilder();
        var first = true;
        while (_position < _pattern.Length && (_pattern[_position] != ']' || first))
        {
            first = false;
            AddClassMember(members);
        }

        _position++;
        if (negated)
        {
            var excluded = members.ToString();
            foreach (var candidate in WordLetters + " -.,:;!?/#")
            {
                if (!excluded.Contains(candidate))
                    return candidate;
            }
        }

        return members.Length == 0 ? 'a' : members[_random.Below(members.Length)];
    }

    private void AddClassMember(StringBuilder members)
    {
        var low = _pattern[_position++];
        if (low == '\\' && _position < _pattern.Length)
        {
            var escaped = _pattern[_position];
            if (escaped is 'd' or 'w')
            {
                _position++;
                members.Append(escaped == 'd' ? Digits : WordLetters);
                return;
            }

            var text = Escape();
            if (text.Length == 0)
                return;
            low = text[0];
        }

        var isRange = _position + 1 < _pattern.Length && _pattern[_position] == '-' && _pattern[_position + 1] != ']';
        if (!isRange)
        {
            members.Append(low);
            return;
        }

        _position++;
        var high = _pattern[_position++];
        if (high == '\\' && _position < _pattern.Length)
            high = Escape() is { Length: > 0 } text ? text[0] : low;
        // Most of a wide range (all of Unicode) is of no use in a test.
        for (var member = low; member <= high && member - low < 128; member++)
            members.Append(member);
    }

    private (int Least, int Most) Quantifier()
    {
        if (_position >= _pattern.Length)
            return (1, 1);
        (int Least, int Most)? quantity = _pattern[_position] switch
        {
            '*' => (0, MostOpenRepetitions),
            '+' => (1, MostOpenRepetitions),
            '?' => (0, 1),
            '{' => Braces(),
            _ => null,
        };
        if (quantity is not { } found)
            return (1, 1);
        _position++;
        if (_position < _pattern.Length && _pattern[_position] is '?' or '+')
            _position++;
        return found;
    }

    /// <summary>Reads <c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c> and stays on the closing brace; null when it is none of these.</summary>
    private (int Least, int Most)? Braces()
    {
        var end = _pattern.IndexOf('}', _position);
        if (end < 0)
            return null;
        var parts = _pattern[(_position + 1)..end].Split(',');
        if (parts.Length > 2 || !int.TryParse(parts[0], out var least) || least < 0)
            return null;
        var most = least;
        if (parts.Length == 2 && !int.TryParse(parts[1], out most))
            most = Math.Min(least, MostRepetitions) + MostOpenRepetitions;
        _position = end;
        return (Math.Min(least, MostRepetitions), Math.Clamp(most, Math.Min(least, MostRepetitions), MostRepetitions));
    }

    private string Pick(string letters) => letters[_random.Below(letters.Length)].ToString();
}
