using System.Security.Cryptography;
using System.Text;
using Dragoman.Access.Credentials;

namespace Dragoman.Access.Directory;

/// <summary>A key that the process remembers, with the caller who uses it.</summary>
internal sealed class KnownKey(TeamKey key)
{
    private readonly byte[] hash = key.Hash.ToArray();

    /// <summary>
    /// The text, once it was right. To compare it takes a tenth of the time of a digest. Any memory of the process that shows it also
    /// shows the headers that it came in.
    /// </summary>
    private byte[]? text;

    /// <summary>What the store has of it.</summary>
    public TeamKey Key { get; } = key;

    /// <summary>The caller; null until it is made for the first time.</summary>
    public Made? Made { get; set; }

    /// <summary>Whether a text is this key, in a time that does not depend on how much of it is right.</summary>
    /// <param name="presented">A text that <see cref="KeyText.HasForm"/>.</param>
    public bool IsOf(ReadOnlySpan<char> presented)
    {
        Span<byte> bytes = stackalloc byte[KeyText.Length];
        Encoding.ASCII.GetBytes(presented, bytes);
        if (text is { } known)
            return CryptographicOperations.FixedTimeEquals(bytes, known);
        Span<byte> found = stackalloc byte[KeyText.HashLength];
        KeyText.Hash(presented, found);
        if (!CryptographicOperations.FixedTimeEquals(found, hash))
            return false;
        text = bytes.ToArray();
        return true;
    }
}
