namespace Dragoman.Emulator.Generation;

/// <summary>
/// The emulator's tokenizer. A token is an optional single space followed by up to twelve letters or digits, or by one
/// other character (a surrogate pair counts as one). Each character of any other white space is a token. The same rule
/// counts generated text and prompts, so the count of an answer's text is its <c>completion_tokens</c>.
/// </summary>
internal static class Tokenizer
{
    private const int LongestRun = 12;

    public static int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (!text.IsEmpty)
        {
            text = text[FirstTokenLength(text)..];
            count++;
        }

        return count;
    }

    /// <summary>The length in UTF-16 units of the first token of <paramref name="text"/>, which must not be empty.</summary>
    public static int FirstTokenLength(ReadOnlySpan<char> text)
    {
        var start = text[0] == ' ' && text.Length > 1 && !char.IsWhiteSpace(text[1]) ? 1 : 0;
        if (char.IsWhiteSpace(text[start]))
            return 1;
        var end = start + 1;
        if (char.IsLetterOrDigit(text[start]))
        {
            var limit = Math.Min(text.Length, start + LongestRun);
            while (end < limit && char.IsLetterOrDigit(text[end]))
                end++;
            return end;
        }

        return char.IsHighSurrogate(text[start]) && end < text.Length && char.IsLowSurrogate(text[end]) ? end + 1 : end;
    }
}
