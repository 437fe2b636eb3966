using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Dragoman.Access.Tokens;

/// <summary>
/// The SHA-256 of a token, by which it is remembered: the token itself is a credential and must not stay in memory. Nobody can
/// choose a token for its digest, so four numbers of it serve as key, and one of them as hash code.
/// </summary>
internal readonly struct TokenDigest : IEquatable<TokenDigest>
{
    /// <summary>Bytes of a token that are digested on the stack; tokens of Entra ID have about 1,500.</summary>
    private const int OnStack = 2048;

    private readonly long first;
    private readonly long second;
    private readonly long third;
    private readonly long fourth;

    private TokenDigest(ReadOnlySpan<byte> sha256)
    {
        first = BinaryPrimitives.ReadInt64LittleEndian(sha256);
        second = BinaryPrimitives.ReadInt64LittleEndian(sha256[8..]);
        third = BinaryPrimitives.ReadInt64LittleEndian(sha256[16..]);
        fourth = BinaryPrimitives.ReadInt64LittleEndian(sha256[24..]);
    }

    /// <summary>Computes the digest without allocation. It fails if the token is not ASCII.</summary>
    public static bool TryOf(ReadOnlySpan<char> token, out TokenDigest digest)
    {
        if (token.Length <= OnStack)
            return TryOf(token, stackalloc byte[OnStack], out digest);
        var rented = ArrayPool<byte>.Shared.Rent(token.Length);
        try
        {
            return TryOf(token, rented, out digest);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static bool TryOf(ReadOnlySpan<char> token, Span<byte> buffer, out TokenDigest digest)
    {
        if (Ascii.FromUtf16(token, buffer, out var written) != OperationStatus.Done)
        {
            digest = default;
            return false;
        }

        Span<byte> sha256 = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer[..written], sha256);
        buffer[..written].Clear();
        digest = new TokenDigest(sha256);
        return true;
    }

    public bool Equals(TokenDigest other) => first == other.first && second == other.second && third == other.third && fourth == other.fourth;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is TokenDigest other && Equals(other);

    public override int GetHashCode() => (int)first;
}
