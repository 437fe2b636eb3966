using Dragoman.Secrets;

namespace Dragoman.Configuration;

/// <summary>Who is told about budgets that warn or refuse (docs/budgets.md).</summary>
/// <param name="url">Where the messages go. It may contain a secret, and is never logged as a whole.</param>
/// <param name="secret">The key of their signatures, in the form that <see cref="KeyOf"/> reads.</param>
public sealed class BudgetWebhookSettings(Uri url, SecretReference secret)
{
    /// <summary>What a secret begins with, as the Standard Webhooks specification writes it.</summary>
    public const string SecretPrefix = "whsec_";

    /// <summary>The fewest bytes of a secret.</summary>
    public const int ShortestSecret = 24;

    /// <summary>The most bytes of a secret.</summary>
    public const int LongestSecret = 64;

    public Uri Url => url;

    public SecretReference Secret => secret;

    /// <summary>The bytes of a secret; null when the text is none.</summary>
    public static byte[]? KeyOf(string text)
    {
        var key = new byte[LongestSecret];
        return text.StartsWith(SecretPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[SecretPrefix.Length..], key, out var length)
            && length >= ShortestSecret
                ? key[..length]
                : null;
    }
}
