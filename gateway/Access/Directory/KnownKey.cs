using System.Security.Cryptography;
using Dragoman.Access.Credentials;

namespace Dragoman.Access.Directory;

/// <summary>A key that the process remembers, with the caller who uses it.</summary>
internal sealed class KnownKey(TeamKey key)
{
    private readonly byte[] hash = key.Hash.ToArray();

    /// <summary>What the store has of it.</summary>
    public TeamKey Key { get; } = key;

    /// <summary>The caller; null until it is made for the first time.</summary>
    public Made? Made { get; set; }

    /// <summary>Whether a text is this key, in a time that does not depend on how much of it is right.</summary>
    public bool IsOf(ReadOnlySpan<char> text)
    {
        Span<byte> found = stackalloc byte[KeyText.HashLength];
        KeyText.Hash(text, found);
        return CryptographicOperations.FixedTimeEquals(found, hash);
    }
}
