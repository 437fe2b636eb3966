namespace Dragoman.Pipeline;

/// <summary>Text in a log line that somebody else chose. What is not printable is escaped where lines are written.</summary>
internal static class LoggedText
{
    /// <summary>UTF-16 units.</summary>
    public const int Longest = 200;

    /// <summary>The text, cut if it is long.</summary>
    public static string Cut(string text) => text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "...");
}
