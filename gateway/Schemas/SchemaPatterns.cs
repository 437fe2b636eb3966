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

    private readonly Dictionary<string, Regex?> known = new(StringComparer.Ordinal);
    private int characters;
    private int made;

    /// <summary>Null when the expression cannot be judged: it is too long, needs what the linear-time engine does not have, or has taken too long before.</summary>
    public Regex? Find(string pattern)
    {
        if (pattern.Length > Longest)
            return null;
        if (!known.TryGetValue(pattern, out var expression))
            known[pattern] = expression = made < Most && characters + pattern.Length <= MostInAll ? Read(pattern) : null;
        return expression;
    }

    /// <summary>The expression takes too long, and is not tried again.</summary>
    public void GiveUp(string pattern) => known[pattern] = null;

    private Regex? Read(string pattern)
    {
        characters += pattern.Length;
        made++;
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (Exception unusable) when (unusable is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
