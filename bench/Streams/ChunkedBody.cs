namespace Dragoman.Bench.Streams;

/// <summary>Decodes the chunks of an HTTP/1.1 body, however its bytes are split.</summary>
internal struct ChunkedBody
{
    private enum Expecting : byte
    {
        Size,
        EndOfSizeLine,
        Data,
        EndOfData,
        Trailer,
        Nothing,
    }

    private Expecting expecting;
    private bool hasDigit;
    private bool trailerLineHasText;
    private int left;

    /// <summary>Whether the last chunk and everything after it have arrived.</summary>
    public readonly bool IsOver => expecting == Expecting.Nothing;

    /// <summary>Copies the data in <paramref name="input"/> to <paramref name="output"/>.</summary>
    /// <returns>The number of copied bytes, or -1 when this is not a chunked body.</returns>
    public int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var copied = 0;
        while (!input.IsEmpty)
        {
            if (expecting == Expecting.Data)
            {
                var length = Math.Min(left, input.Length);
                input[..length].CopyTo(output[copied..]);
                copied += length;
                left -= length;
                input = input[length..];
                if (left == 0)
                    expecting = Expecting.EndOfData;
                continue;
            }

            if (!TakeFraming(input[0]))
                return -1;
            input = input[1..];
        }

        return copied;
    }

    private bool TakeFraming(byte next)
    {
        switch (expecting)
        {
            case Expecting.Size when char.IsAsciiHexDigit((char)next):
                left = (left << 4) | (next <= '9' ? next - '0' : (next | 0x20) - 'a' + 10);
                hasDigit = true;
                return left >= 0;
            case Expecting.Size or Expecting.EndOfSizeLine when next == '\n' && hasDigit:
                expecting = left == 0 ? Expecting.Trailer : Expecting.Data;
                hasDigit = false;
                return true;
            case Expecting.Size when next is (byte)'\r' or (byte)';' or (byte)' ' && hasDigit:
                expecting = Expecting.EndOfSizeLine;
                return true;
            case Expecting.EndOfSizeLine:
                return true;
            case Expecting.EndOfData when next == '\n':
                expecting = Expecting.Size;
                return true;
            case Expecting.EndOfData:
                return next == '\r';
            case Expecting.Trailer when next == '\n' && !trailerLineHasText:
                expecting = Expecting.Nothing;
                return true;
            case Expecting.Trailer:
                trailerLineHasText = next != '\n' && (trailerLineHasText || next != '\r');
                return true;
            default:
                return false;
        }
    }
}
