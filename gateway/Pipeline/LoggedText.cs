namespace Dragoman.Pipeline;

/// <summary>Shortens text in a log line that clients or providers chose. Unprintable characters are escaped where lines are written.</summary>
internal static class LoggedText
{
    /// <summary>The longest text, in UTF-16 units.</summary>
    public const int Longest = 200;

    /// <summary>The text, cut if it is long.</summary>
    public static string Cut(string text) => text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "...");
}
