using System.Buffers;
using System.Text;

namespace Dragoman.Secrets;

/// <summary>
/// Removes what looks like a credential from a provider's error text: a provider may quote a key in a form that the gateway
/// does not know. Not for answers of models, which may write about keys. Linear in the length of the text.
/// </summary>
public static class CredentialShapes
{
    /// <summary>The least characters of a token after its prefix or label; words such as "sk-learn" are shorter.</summary>
    private const int ShortestToken = 8;

    /// <summary>Characters. After a label without a colon, as in "Bearer x", letters up to this length are a word and no token.</summary>
    private const int LongestWord = 24;

    /// <summary>The most characters between a label and its colon, as in "API key provided: x".</summary>
    private const int LongestGap = 24;

    /// <summary>How keys begin: OpenAI's and Anthropic's, Google's, this gateway's, JSON web tokens, and those of other providers and clouds.</summary>
    private static readonly string[] Prefixes =
    [
        "sk-", "sk_", "AIza", "ya29.", "AQ.", "dgm_", "eyJ", "gsk_", "xai-", "hf_", "nvapi-", "pplx-", "r8_", "fw_", "tgp_v1_", "csk-", "AKIA", "ghp_", "glpat-",
    ];

    /// <summary>Words in front of a credential.</summary>
    private static readonly string[] Labels =
    [
        "api_key", "api-key", "apikey", "api key", "subscription key", "subscription-key", "secret key", "secret_key", "access key", "access_key",
        "access token", "access_token", "auth token", "auth_token", "api token", "api_token", "client_secret", "authorization", "password", "bearer",
    ];

    private static readonly SearchValues<string> Starts = SearchValues.Create([.. Prefixes, .. Labels], StringComparison.OrdinalIgnoreCase);

    /// <summary>The characters of tokens, and those with which providers mask the middle of a token.</summary>
    private static readonly SearchValues<char> OfToken =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/=*…•%");

    /// <summary>The text with <see cref="CredentialScrub.Replacement"/> in place of what looks like a credential.</summary>
    public static string Clean(string text)
    {
        if (text.AsSpan().IndexOfAny(Starts) < 0)
            return text;
        var clean = new StringBuilder(text.Length);
        var copied = 0;
        for (var position = 0; Next(text, position) is var start and >= 0;)
        {
            var (from, to) = Find(text, start);
            if (to > from)
            {
                clean.Append(text, copied, from - copied).Append(CredentialScrub.Replacement);
                copied = to;
            }

            position = Math.Max(to, start + 1);
        }

        return copied == 0 ? text : clean.Append(text, copied, text.Length - copied).ToString();
    }

    private static int Next(string text, int position)
    {
        var next = text.AsSpan(position).IndexOfAny(Starts);
        return next < 0 ? -1 : position + next;
    }

    /// <summary>
    /// The credential of the prefix or label at <paramref name="start"/>. Empty when there is none; then no credential begins
    /// before the end that is returned.
    /// </summary>
    private static (int From, int To) Find(string text, int start)
    {
        if (start > 0 && char.IsAsciiLetterOrDigit(text[start - 1]))
            return (start, start);
        foreach (var prefix in Prefixes)
        {
            if (!text.AsSpan(start).StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var end = EndOfToken(text, start);
            if (end - start - prefix.Length >= ShortestToken)
                return (start, end);
        }

        foreach (var label in Labels)
        {
            if (text.AsSpan(start).StartsWith(label, StringComparison.OrdinalIgnoreCase))
                return FindBehind(text, start + label.Length);
        }

        return (start, start);
    }

    /// <summary>The token after a label.</summary>
    private static (int From, int To) FindBehind(string text, int position)
    {
        var colon = text.AsSpan(position, Math.Min(LongestGap, text.Length - position)).IndexOfAny(':', '=');
        var gap = colon < 0 ? default : text.AsSpan(position, colon);
        var isDirect = colon >= 0 && gap.Trim("\"'\\ `").IsEmpty;
        var isBehindWords = colon >= 0 && !isDirect && gap.IndexOfAny(".,;\n") < 0;
        if (isDirect || isBehindWords)
            position += colon + 1;
        while (position < text.Length && (text[position] is ' ' or '"' or '\'' or '\\' or '`' or '\t'))
            position++;
        // "Authorization: Bearer x" and "Authorization: Basic x" have one more word before the token.
        if (text.AsSpan(position).StartsWith("bearer ", StringComparison.OrdinalIgnoreCase) || text.AsSpan(position).StartsWith("basic ", StringComparison.OrdinalIgnoreCase))
            position = text.IndexOf(' ', position) + 1;
        var end = EndOfToken(text, position);
        var token = text.AsSpan(position, end - position);
        var isToken = isDirect ? token.Length >= ShortestToken && token.ContainsAnyExceptInRange('0', '9') : token.Length >= ShortestToken && !IsWord(token);
        return isToken ? (position, end) : (position, position);
    }

    private static bool IsWord(ReadOnlySpan<char> token)
    {
        if (token.Length > LongestWord)
            return false;
        foreach (var letter in token)
        {
            if (!char.IsAsciiLetter(letter) && letter is not ('-' or '_' or '.' or '/'))
                return false;
        }

        return true;
    }

    private static int EndOfToken(string text, int start)
    {
        var length = text.AsSpan(start).IndexOfAnyExcept(OfToken);
        var end = length < 0 ? text.Length : start + length;
        // Punctuation at the end of a sentence is not part of the token.
        while (end > start && text[end - 1] is '.' or '…' or '/')
            end--;
        return end;
    }
}
