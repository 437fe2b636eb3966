using System.Text.RegularExpressions;

namespace Dragoman.Conversation.Schemas;

/// <summary>The regular expressions of a schema, which must not be able to keep the gateway busy.</summary>
internal static class SchemaPattern
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    /// <summary>Null when the expression needs what the linear-time engine does not have; it is then not judged.</summary>
    public static Regex? Read(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Longest);
        }
        catch (Exception unusable) when (unusable is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
