namespace Dragoman.Configuration;

/// <summary>The rule for the ids of teams. They are part of URLs, of store keys and of log lines.</summary>
public static class TeamId
{
    public const string Rule = "1 to 63 of the characters a-z, 0-9 and '-', the first of them not '-'";

    private const int Longest = 63;

    public static bool Is(ReadOnlySpan<char> text) => text.Length is > 0 and <= Longest && text[0] != '-' && HasOnlyIdLetters(text);

    /// <summary>Whether the text can be a part of an id.</summary>
    internal static bool HasOnlyIdLetters(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (letter is not (>= 'a' and <= 'z' or >= '0' and <= '9' or '-'))
                return false;
        }

        return true;
    }
}
