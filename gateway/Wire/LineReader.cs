namespace Dragoman.Wire;

/// <summary>Cuts lines out of a byte stream, however it is sliced. Empty lines are skipped.</summary>
public sealed class LineReader
{
    private byte[] buffer = [];
    private int start;
    private int scanned;
    private int end;

    /// <summary>Bytes that were appended and not read yet.</summary>
    public int Buffered => end - start;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            scanned -= start;
            start = 0;
        }

        if (buffer.Length - end < bytes.Length)
            Array.Resize(ref buffer, Math.Max(end + bytes.Length, buffer.Length * 2));
        bytes.CopyTo(buffer.AsSpan(end));
        end += bytes.Length;
    }

    /// <summary>Reads the next whole line; valid until the next call to this reader.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var offset = buffer.AsSpan(scanned, end - scanned).IndexOf((byte)'\n');
            if (offset < 0)
            {
                scanned = end;
                line = default;
                return false;
            }

            line = buffer.AsSpan(start, scanned + offset - start).TrimEnd((byte)'\r');
            start = scanned = scanned + offset + 1;
            if (!line.IsEmpty)
                return true;
        }
    }

    /// <summary>Reads the last line after the end of the stream, when no line end closed it.</summary>
    public bool TryReadLast(out ReadOnlySpan<byte> line)
    {
        line = buffer.AsSpan(start, end - start);
        start = scanned = end;
        return !line.IsEmpty;
    }
}
