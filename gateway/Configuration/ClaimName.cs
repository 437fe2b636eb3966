namespace Dragoman.Configuration;

/// <summary>The rule for the names of claims in the configuration.</summary>
internal static class ClaimName
{
    public const string Rule = "visible ASCII characters except { and }";

    public static bool Is(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (letter is not (> ' ' and < '{' or '|' or '~'))
                return false;
        }

        return text.Length > 0;
    }
}
