using System.Buffers;

namespace Dragoman.Wire;

/// <summary>
/// Cuts server-sent events out of a byte stream, however it is sliced (specs/dialects.md 3.0): LF, CRLF and CR line
/// ends, a byte order mark, comments, a missing space after the colon, several data lines, an unterminated last event,
/// and events that only a single line end separates (P-43).
/// </summary>
public sealed class SseReader : IDisposable
{
    /// <summary>Bytes of the buffer while events arrive one at a time: thousands of streams wait at once, each with its own buffer.</summary>
    private const int WaitingSize = 512;

    /// <summary>Bytes of the buffer while events arrive faster than they are read.</summary>
    private const int FloodSize = 16 * 1024;

    /// <summary>After so many reads that would have fitted the small buffer, the large one is returned to the pool.</summary>
    private const int SmallReadsToShrink = 4;

    private readonly int largestEvent;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(WaitingSize);
    private int start;
    private int end;
    private int scanned;
    private int smallReads;
    private bool atBeginning = true;
    private bool skipLineFeed;
    private byte[] joined = [];

    /// <param name="largestEvent">The largest size of one event in bytes, buffered or joined.</param>
    public SseReader(int largestEvent = 16 * 1024 * 1024)
    {
        this.largestEvent = largestEvent;
    }

    /// <summary>Bytes that were received and not read as an event yet.</summary>
    public int Buffered => end - start;

    /// <summary>The free part of the buffer, to receive bytes into; call <see cref="Advance"/> afterwards.</summary>
    /// <exception cref="InvalidDataException">One event is larger than allowed.</exception>
    public Memory<byte> GetMemory()
    {
        if (start == end)
        {
            start = end = scanned = 0;
            if (smallReads >= SmallReadsToShrink && buffer.Length > WaitingSize)
                Replace(WaitingSize);
        }
        else if (buffer.Length - end < buffer.Length / 4)
        {
            MakeRoom();
        }

        return buffer.AsMemory(end);
    }

    public void Advance(int count)
    {
        smallReads = count < WaitingSize ? smallReads + 1 : 0;
        end += count;
        // The read filled the buffer, so there may have been more to read.
        if (end == buffer.Length && buffer.Length < FloodSize)
            Replace(FloodSize);
    }

    /// <summary>Reads the next complete event; one without data is skipped.</summary>
    /// <param name="name">The <c>event:</c> field; empty when there is none.</param>
    /// <param name="data">The joined <c>data:</c> fields, never empty; valid until the next call to this reader.</param>
    /// <exception cref="InvalidDataException">One event is larger than allowed.</exception>
    public bool TryRead(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data) => TryRead(false, out name, out data);

    /// <summary>Reads the last event after the end of the stream, when no blank line closed it.</summary>
    public bool TryReadLast(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data) => TryRead(true, out name, out data);

    public void Dispose()
    {
        if (buffer.Length == 0)
            return;
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private bool TryRead(bool atEnd, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data)
    {
        if (!SkipPreamble(atEnd))
        {
            name = data = default;
            return false;
        }

        if (TryReadPlain(out name, out data))
            return true;
        while (FindEventEnd(atEnd, out var length, out var consumed))
        {
            if (length > largestEvent)
                throw TooLarge();
            var block = buffer.AsSpan(start, length);
            start += consumed;
            scanned = start;
            if (ParseBlock(block, out name, out data))
                return true;
        }

        name = data = default;
        return false;
    }

    /// <summary>
    /// Reads an event of the form that nearly all have, examining its bytes once: an optional name and one line of data, with LF
    /// line ends. False when the next event has another form or is not complete yet.
    /// </summary>
    private bool TryReadPlain(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data)
    {
        name = data = default;
        if (skipLineFeed || scanned != start)
            return false;
        var rest = buffer.AsSpan(start, end - start);
        if (rest.StartsWith("event: "u8))
        {
            var nameEnd = rest.IndexOfAny((byte)'\n', (byte)'\r');
            if (nameEnd < 0 || rest[nameEnd] != '\n')
                return false;
            name = rest["event: "u8.Length..nameEnd];
            rest = rest[(nameEnd + 1)..];
        }

        if (!rest.StartsWith("data: "u8))
            return false;
        var dataEnd = rest.IndexOfAny((byte)'\n', (byte)'\r');
        if (dataEnd <= "data: "u8.Length || !rest[dataEnd..].StartsWith("\n\n"u8))
            return false;
        data = rest["data: "u8.Length..dataEnd];
        var blankLine = end - rest.Length + dataEnd + 1;
        if (blankLine - start > largestEvent)
            throw TooLarge();
        start = scanned = blankLine + 1;
        return true;
    }

    private bool SkipPreamble(bool atEnd)
    {
        if (!atBeginning)
            return true;
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        var available = buffer.AsSpan(start, end - start);
        if (available.Length < mark.Length && mark.StartsWith(available) && !atEnd)
            return false;
        if (available.StartsWith(mark))
            start += mark.Length;
        scanned = start;
        atBeginning = false;
        return true;
    }

    /// <summary>Looks for the blank line that ends an event.</summary>
    private bool FindEventEnd(bool atEnd, out int length, out int consumed)
    {
        // A CR that ended the last block may be followed by the LF that belongs to it.
        if (skipLineFeed && start < end)
        {
            if (buffer[start] == '\n')
            {
                start++;
                scanned = Math.Max(scanned, start);
            }

            skipLineFeed = false;
        }

        var position = scanned;
        while (true)
        {
            var offset = buffer.AsSpan(position, end - position).IndexOfAny((byte)'\n', (byte)'\r');
            if (offset < 0)
                break;
            var lineEnd = position + offset;
            var next = lineEnd + 1;
            if (buffer[lineEnd] == '\r')
            {
                if (next < end && buffer[next] == '\n')
                    next++;
                else if (next == end && !atEnd)
                {
                    // It is not known yet whether an LF follows. CR CR is a blank line in both cases.
                    if (IsBlankLine(lineEnd))
                    {
                        skipLineFeed = true;
                        length = lineEnd - start;
                        consumed = next - start;
                        return true;
                    }

                    scanned = lineEnd;
                    length = consumed = 0;
                    return false;
                }
            }

            if (IsBlankLine(lineEnd))
            {
                length = lineEnd - start;
                consumed = next - start;
                return true;
            }

            position = next;
        }

        scanned = end;
        length = consumed = end - start;
        return atEnd && length > 0;
    }

    private bool IsBlankLine(int lineEnd)
    {
        if (lineEnd == start)
            return true;
        var before = buffer[lineEnd - 1];
        return before == '\n' || (before == '\r' && buffer[lineEnd] == '\r');
    }

    /// <summary>Reads the fields of a block; false when it has no data.</summary>
    private bool ParseBlock(ReadOnlySpan<byte> block, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data)
    {
        name = data = default;
        var dataLines = 0;
        var joinedLength = 0;
        var rest = block;
        while (!rest.IsEmpty)
        {
            var lineEnd = rest.IndexOfAny((byte)'\n', (byte)'\r');
            var line = lineEnd < 0 ? rest : rest[..lineEnd];
            rest = lineEnd < 0 ? default : rest[(lineEnd + 1)..];
            if (TryGetField(line, "data"u8, out var value))
            {
                dataLines++;
                if (dataLines == 1)
                {
                    data = value;
                    continue;
                }

                if (dataLines == 2)
                    joinedLength = Join(0, data, separate: false);
                joinedLength = Join(joinedLength, value, separate: true);
            }
            else if (TryGetField(line, "event"u8, out value))
            {
                name = value;
            }
        }

        if (dataLines > 1)
            data = joined.AsSpan(0, joinedLength);
        return !data.IsEmpty;
    }

    private int Join(int length, ReadOnlySpan<byte> value, bool separate)
    {
        var needed = length + value.Length + 1;
        if (joined.Length < needed)
            Array.Resize(ref joined, Math.Max(needed, joined.Length * 2));
        if (separate)
            joined[length++] = (byte)'\n';
        value.CopyTo(joined.AsSpan(length));
        return length + value.Length;
    }

    private InvalidDataException TooLarge() => new($"a stream event is larger than {largestEvent} bytes");

    private static bool TryGetField(ReadOnlySpan<byte> line, ReadOnlySpan<byte> field, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!line.StartsWith(field))
            return false;
        if (line.Length == field.Length)
            return true;
        if (line[field.Length] != ':')
            return false;
        value = line[(field.Length + 1)..];
        if (!value.IsEmpty && value[0] == ' ')
            value = value[1..];
        return true;
    }

    private void MakeRoom()
    {
        var pending = end - start;
        if (pending > largestEvent)
            throw TooLarge();
        if (start > buffer.Length / 2)
            MoveTo(buffer);
        else
            Replace(buffer.Length * 2);
    }

    private void Replace(int size)
    {
        var old = buffer;
        MoveTo(ArrayPool<byte>.Shared.Rent(size));
        ArrayPool<byte>.Shared.Return(old);
    }

    private void MoveTo(byte[] target)
    {
        buffer.AsSpan(start, end - start).CopyTo(target);
        buffer = target;
        end -= start;
        scanned -= start;
        start = 0;
    }
}
