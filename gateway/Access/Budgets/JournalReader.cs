using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Dragoman.Access.Budgets;

/// <summary>Reads the records of a segment, up to its end or to the first one that is not whole.</summary>
/// <param name="path">The file.</param>
/// <param name="offset">The bytes before the first record.</param>
/// <exception cref="IOException">The file cannot be read.</exception>
internal sealed class JournalReader(string path, int offset = 0) : IDisposable
{
    private readonly SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(4 * RecordFrame.Longest);
    private int first;
    private int end;
    private bool isAtEnd;

    /// <summary>The place of the next record.</summary>
    public int Offset { get; private set; } = offset;

    /// <summary>Whether the last record was damaged, so that what follows it was not read.</summary>
    public bool IsDamaged { get; private set; }

    /// <param name="content">The content of the record, until the next one is read.</param>
    /// <returns>False at the end.</returns>
    public bool TryRead(out ReadOnlySpan<byte> content)
    {
        content = default;
        if (end - first < RecordFrame.Longest && !isAtEnd)
            Fill();
        var bytes = buffer.AsSpan(first, end - first);
        var length = RecordFrame.LengthAt(bytes);
        if (length == 0)
        {
            IsDamaged |= bytes.Length >= RecordFrame.Overhead && bytes[..RecordFrame.Overhead].ContainsAnyExcept((byte)0);
            return false;
        }

        if (length > bytes.Length || !RecordFrame.IsWhole(bytes[..length]))
        {
            IsDamaged = true;
            return false;
        }

        content = bytes[RecordFrame.Overhead..length];
        first += length;
        Offset += length;
        return true;
    }

    public void Dispose()
    {
        file.Dispose();
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Fill()
    {
        buffer.AsSpan(first, end - first).CopyTo(buffer);
        (first, end) = (0, end - first);
        while (end < buffer.Length && !isAtEnd)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(end), Offset + end);
            (end, isAtEnd) = (end + read, read == 0);
        }
    }
}
