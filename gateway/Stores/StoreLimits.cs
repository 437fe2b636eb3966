using System.Text;

namespace Dragoman.Stores;

/// <summary>What every store accepts: what the most limited one, Azure Table Storage, can hold.</summary>
public static class StoreLimits
{
    /// <summary>Documents in one write. Each is up to 4 of the 100 operations of a transaction in Azure Table Storage.</summary>
    public const int MostDocuments = 20;

    /// <summary>Audit entries in one write.</summary>
    public const int MostAudit = 10;

    /// <summary>Bytes of a document, or of an audit entry. A property in Azure Table Storage has up to 64 KiB (specs/stores.md 1).</summary>
    public const int LargestJson = 60 * 1024;

    /// <summary>Bytes of JSON in one write. Azure Table Storage gets a document three times, in base64, in up to 4 MiB (specs/stores.md 1).</summary>
    public const int MostBytes = 640 * 1024;

    /// <summary>UTF-8 bytes of an id. As hexadecimal digits, after a kind and a digest of the owner, it is a key in Azure Table Storage of up to 512 characters: 1 KiB in UTF-16.</summary>
    public const int LongestId = 200;

    /// <summary>Characters of a kind.</summary>
    public const int LongestKind = 32;

    /// <summary>Entries of one page.</summary>
    public const int MostPerPage = 500;

    /// <summary>How long a call takes at most, if the store does not answer.</summary>
    public static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(8);

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static void CheckName(string kind, string id)
    {
        CheckKind(kind);
        CheckId(id);
    }

    internal static void CheckList(string kind, string? partOf, int take)
    {
        CheckKind(kind);
        if (partOf is not null)
            CheckId(partOf);
        CheckTake(take, least: 1);
    }

    /// <param name="after">The version or position that precedes the page.</param>
    /// <param name="take">The entries of the page.</param>
    /// <param name="least">The fewest entries that a page may be asked for.</param>
    internal static void CheckPage(long after, int take, int least = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        CheckTake(take, least);
    }

    /// <summary>A kind has lower-case letters of ASCII, digits and hyphens, and begins with a letter.</summary>
    private static void CheckKind(string kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (kind.Length is 0 or > LongestKind || !char.IsAsciiLetterLower(kind[0]) || !kind.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'))
            throw new ArgumentException($"A kind has 1 to {LongestKind} lower-case letters, digits and hyphens, and begins with a letter.", nameof(kind));
    }

    /// <summary>An id is any text but U+0000, which PostgreSQL cannot store.</summary>
    internal static void CheckId(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        int bytes;
        try
        {
            bytes = Utf8.GetByteCount(id);
        }
        catch (EncoderFallbackException)
        {
            throw new ArgumentException("An id has no surrogate without its other half.", nameof(id));
        }

        if (bytes is 0 or > LongestId)
            throw new ArgumentException($"An id has 1 to {LongestId} bytes in UTF-8, not {bytes}.", nameof(id));
        if (id.Contains('\0'))
            throw new ArgumentException("An id does not contain U+0000.", nameof(id));
    }

    internal static void CheckJson(int bytes)
    {
        if (bytes is 0 or > LargestJson)
            throw new ArgumentException($"A document has 1 to {LargestJson} bytes of JSON, not {bytes}.", nameof(bytes));
    }

    private static void CheckTake(int take, int least)
    {
        if (take < least || take > MostPerPage)
            throw new ArgumentOutOfRangeException(nameof(take), take, $"A page has {least} to {MostPerPage} entries.");
    }
}
