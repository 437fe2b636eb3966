using System.Buffers.Binary;
using System.IO.Hashing;
using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>A record in a file: the length of its content, the content's CRC-32, and the content, which begins with its <see cref="RecordKind"/>.</summary>
/// <remarks>A file is full of zeros at first, so that a length of zero is the end.</remarks>
internal static class RecordFrame
{
    /// <summary>The bytes before the content.</summary>
    public const int Overhead = 2 * sizeof(int);

    /// <summary>The bytes of the longest record: an entry of <see cref="LedgerLimits.LargestEntry"/>, even if all its texts are single letters of labels, and its accounts; or all accounts of a batch.</summary>
    public const int Longest = 96 * 1024;

    /// <summary>Completes a frame around a content.</summary>
    /// <param name="frame">The frame, with the content at its place.</param>
    public static void Seal(Span<byte> frame)
    {
        var content = frame[Overhead..];
        BinaryPrimitives.WriteInt32LittleEndian(frame, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[sizeof(int)..], Crc32.HashToUInt32(content));
    }

    /// <returns>The bytes of the record at the beginning; zero if there is none.</returns>
    public static int LengthAt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Overhead)
            return 0;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length is > 0 and <= Longest - Overhead ? Overhead + length : 0;
    }

    /// <summary>Whether a record is as it was written.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> frame) =>
        BinaryPrimitives.ReadUInt32LittleEndian(frame[sizeof(int)..]) == Crc32.HashToUInt32(frame[Overhead..]);
}
