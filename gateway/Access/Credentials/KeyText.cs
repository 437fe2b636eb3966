using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace Dragoman.Access.Credentials;

/// <summary>
/// The text of a key: <c>dgm_</c> and 40 digits to base 62. The first 12 digits are its public id, which logs and lists may
/// contain; 22 are secret (131 bits); the last 6 are the CRC-32 of everything before them, so that a mistyped key can be told
/// from an unknown one without asking the store, and secret scanners recognize a key.
/// </summary>
public static class KeyText
{
    /// <summary>What every key begins with.</summary>
    public const string Prefix = "dgm_";

    /// <summary>Characters of a key.</summary>
    public const int Length = 44;

    /// <summary>Characters of the public id.</summary>
    public const int IdLength = 12;

    /// <summary>Bytes of <see cref="Hash"/>.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int ChecksumLength = 6;
    private const int Checked = Length - ChecksumLength;

    /// <summary>A new random key.</summary>
    public static string Create() => string.Create(Length, 0, static (text, _) =>
    {
        Prefix.CopyTo(text);
        RandomNumberGenerator.GetItems(Digits, text[Prefix.Length..Checked]);
        WriteChecksum(text[..Checked], text[Checked..]);
    });

    /// <summary>Whether a text looks like a key. Its checksum may be wrong.</summary>
    public static bool HasForm(ReadOnlySpan<char> text)
    {
        if (text.Length != Length || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        foreach (var digit in text[Prefix.Length..])
        {
            if (!char.IsAsciiLetterOrDigit(digit))
                return false;
        }

        return true;
    }

    /// <summary>Whether the checksum of a text that <see cref="HasForm"/> is right.</summary>
    public static bool HasChecksum(ReadOnlySpan<char> text)
    {
        Span<char> checksum = stackalloc char[ChecksumLength];
        WriteChecksum(text[..Checked], checksum);
        return text[Checked..].SequenceEqual(checksum);
    }

    /// <summary>The public id of a text that <see cref="HasForm"/>.</summary>
    public static ReadOnlySpan<char> IdOf(ReadOnlySpan<char> text) => text.Slice(Prefix.Length, IdLength);

    /// <summary>Whether a text can be the public id of a key.</summary>
    public static bool IsId(string text) => text.Length == IdLength && text.All(char.IsAsciiLetterOrDigit);

    /// <summary>The digest under which a key is stored. A key is random, so that it needs no salt and no slow hash.</summary>
    /// <param name="text">A text that <see cref="HasForm"/>.</param>
    /// <param name="hash">Receives <see cref="HashLength"/> bytes.</param>
    public static void Hash(ReadOnlySpan<char> text, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        Encoding.ASCII.GetBytes(text, bytes);
        SHA256.HashData(bytes, hash);
    }

    private static void WriteChecksum(ReadOnlySpan<char> text, Span<char> checksum)
    {
        Span<byte> bytes = stackalloc byte[Checked];
        Encoding.ASCII.GetBytes(text, bytes);
        var rest = Crc32.HashToUInt32(bytes);
        for (var place = ChecksumLength - 1; place >= 0; place--)
        {
            checksum[place] = Digits[(int)(rest % (uint)Digits.Length)];
            rest /= (uint)Digits.Length;
        }
    }
}
