using System.Text;
using System.Text.RegularExpressions;

namespace Dragoman.Schemas;

/// <summary>
/// The regular expressions of one schema, which must not be able to keep the gateway busy: by a linear-time engine, made
/// when the first text is to match, bounded in length and number. What is beyond a bound is not judged.
/// </summary>
internal sealed class SchemaPatterns
{
    /// <summary>Characters of one expression. Those that people write have some hundred at most; the automaton grows with it.</summary>
    public const int Longest = 512;

    /// <summary>Characters of all expressions of a schema together: a hundred of ordinary length.</summary>
    public const int MostInAll = 10 * 1024;

    /// <summary>Expressions of a schema. However short one is, its automaton takes a hundred KiB and more.</summary>
    public const int Most = 256;

    /// <summary>Of one match.</summary>
    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<(string Pattern, bool WithPairs), Expression?> known = [];
    private int characters;
    private int made;

    /// <summary>
    /// Null when it cannot be told: the expression is too long, needs what the linear-time engine does not have, or takes
    /// too long, after which it is not tried again.
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
