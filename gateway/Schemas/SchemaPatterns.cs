using System.Text;
using System.Text.RegularExpressions;

namespace Dragoman.Schemas;

/// <summary>
/// The regular expressions of one schema. They must not keep the gateway busy, so a linear-time engine is used, an expression is
/// built when it first matches a text, and length and number are limited. An expression beyond a limit is not evaluated.
/// </summary>
internal sealed class SchemaPatterns
{
    /// <summary>The most characters of one expression. Ordinary ones have up to a few hundred; the automaton grows with the length.</summary>
    public const int Longest = 512;

    /// <summary>The most characters of all expressions of a schema together: enough for a hundred of ordinary length.</summary>
    public const int MostInAll = 10 * 1024;

    /// <summary>The most expressions of a schema. The automaton of even a short one takes a hundred KiB or more.</summary>
    public const int Most = 256;

    /// <summary>The time limit of one match.</summary>
    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<(string Pattern, bool WithPairs), Expression?> known = [];
    private int characters;
    private int made;

    /// <summary>
    /// Whether the text matches. Null when that cannot be decided: the expression is too long, needs a feature that the
    /// linear-time engine lacks, or takes too long, after which it is not tried again.
    /// </summary>
    public bool? Matches(string pattern, string text)
    {
        if (pattern.Length > Longest)
            return null;
        var key = (pattern, text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0);
        if (!known.TryGetValue(key, out var expression))
            known[key] = expression = made < Most && characters + pattern.Length <= MostInAll ? Read(pattern, key.Item2) : null;
        if (expression is null || (expression.IsForAscii && !Ascii.IsValid(text)))
            return null;
        try
        {
            return expression.Automaton.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            known[key] = null;
            return null;
        }
    }

    private Expression? Read(string pattern, bool withPairs)
    {
        characters += pattern.Length;
        made++;
        if (EcmaPattern.Translate(pattern, withPairs, out var isForAscii) is not { } translation)
            return null;
        try
        {
            return new Expression(new Regex(translation, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LongestMatch), isForAscii);
        }
        catch (Exception unusable) when (unusable is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private sealed record Expression(Regex Automaton, bool IsForAscii);
}
