namespace Dragoman.Configuration;

/// <summary>Who is told about budgets that warn or refuse (docs/budgets.md).</summary>
/// <param name="url">Where the messages go. It may contain a secret, and is never logged as a whole.</param>
/// <param name="secret">The key of their signatures, of 24 to 64 bytes. Never logged.</param>
public sealed class BudgetWebhookSettings(Uri url, ReadOnlyMemory<byte> secret)
{
    /// <summary>What a secret begins with, as the Standard Webhooks specification writes it.</summary>
    public const string SecretPrefix = "whsec_";

    /// <summary>The fewest bytes of a secret.</summary>
    public const int ShortestSecret = 24;

    /// <summary>The most bytes of a secret.</summary>
    public const int LongestSecret = 64;

    public Uri Url => url;

    public ReadOnlyMemory<byte> Secret => secret;
}
