using System.Buffers;
using System.Text;
using Dragoman.Locales;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dragoman.Access.Credentials;

/// <summary>The credential that a client sent, wherever its dialect sends it.</summary>
/// <remarks>
/// OpenAI's clients send <c>Authorization: Bearer</c>, Anthropic's <c>x-api-key</c>, Azure's <c>api-key</c>, Gemini's
/// <c>x-goog-api-key</c> (specs/dialects.md 1). A program that has only a URL sends its user information as Basic; the key is the
/// password, and the user is ignored. A credential in the query is not read, because queries are logged.
/// </remarks>
public readonly ref struct PresentedCredential
{
    /// <summary>Characters. Tokens of an issuer with many groups are the longest.</summary>
    public const int Longest = 16 * 1024;

    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    private static readonly string[] KeyHeaders = ["x-api-key", "api-key", "x-goog-api-key"];
    private static readonly SearchValues<char> Visible = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    private PresentedCredential(ReadOnlySpan<char> text, Wording? mistake)
    {
        Text = text;
        Mistake = mistake;
    }

    /// <summary>The key or token; empty when the client sent none, and after a mistake.</summary>
    public ReadOnlySpan<char> Text { get; }

    /// <summary>What is wrong with what the client sent, for the client; null when nothing is.</summary>
    public Wording? Mistake { get; }

    /// <summary>Reads the headers of a request.</summary>
    public static PresentedCredential Of(IHeaderDictionary headers)
    {
        var found = OfAuthorization(headers.Authorization);
        foreach (var name in KeyHeaders)
        {
            if (found.Mistake is not null)
                return found;
            if (headers.TryGetValue(name, out var values))
                found = found.And(OfHeader(values, name));
        }

        return found.Mistake is not null || found.Text.IsEmpty ? found : found.Checked();
    }

    private static PresentedCredential OfAuthorization(StringValues values)
    {
        if (values.Count == 0)
            return default;
        if (values.Count > 1)
            return Wrong(AccessText.ManyAuthorizations);
        var text = values[0].AsSpan().Trim(' ');
        if (text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return new(text[Bearer.Length..].TrimStart(' '), null);
        if (text.StartsWith(Basic, StringComparison.OrdinalIgnoreCase))
            return OfBasic(text[Basic.Length..].TrimStart(' '));
        // A client without a key often sends the scheme alone.
        return text.IsEmpty || text.Equals(Bearer.AsSpan().TrimEnd(), StringComparison.OrdinalIgnoreCase) || text.Equals(Basic.AsSpan().TrimEnd(), StringComparison.OrdinalIgnoreCase)
            ? default
            : Wrong(AccessText.UnknownScheme);
    }

    private static PresentedCredential OfBasic(ReadOnlySpan<char> text)
    {
        if (text.Length > Longest)
            return TooLong();
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64Chars(text, bytes, out var length))
            return Wrong(AccessText.BasicNotBase64);
        var pair = Encoding.Latin1.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? Wrong(AccessText.BasicWithoutPassword)
            : new(pair.AsSpan(colon + 1), null);
    }

    private static PresentedCredential OfHeader(StringValues values, string name) => values.Count switch
    {
        0 => default,
        1 => new(values[0].AsSpan().Trim(' '), null),
        _ => Wrong(AccessText.ManyHeaders(name)),
    };

    /// <summary>Several tools send the same key in two headers. Two different ones are refused, because either could be meant.</summary>
    private PresentedCredential And(PresentedCredential other) =>
        other.Mistake is not null || Text.IsEmpty ? other
        : other.Text.IsEmpty || other.Text.SequenceEqual(Text) ? this
        : Wrong(AccessText.TwoCredentials);

    private PresentedCredential Checked() =>
        Text.Length > Longest ? TooLong()
        : Text.ContainsAnyExcept(Visible) ? Wrong(AccessText.StrangeCharacters)
        : this;

    private static PresentedCredential TooLong() => Wrong(AccessText.TooLong(Longest));

    private static PresentedCredential Wrong(Wording mistake) => new(default, mistake);
}
