using System.Buffers.Text;
using System.Diagnostics;

namespace Dragoman.Bench.Streams;

/// <summary>
/// The text of a token, <c>#00017@0012345678901;</c>: its number in the stream and the time when it was due. From these the
/// receiver detects loss, wrong order, repetition and lateness. The text always has the same length and no characters that
/// a dialect escapes.
/// </summary>
internal static class PacedToken
{
    public const int Length = 1 + NumberDigits + 1 + TimeDigits + 1;

    private const int NumberDigits = 5;
    private const int TimeDigits = 13;

    /// <summary>The machine's monotonic clock in microseconds, the same in every process.</summary>
    public static long Now => (long)(Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency));

    public static void Write(Span<byte> text, int number, long dueMicroseconds)
    {
        text[0] = (byte)'#';
        WriteDigits(text.Slice(1, NumberDigits), number);
        text[1 + NumberDigits] = (byte)'@';
        WriteDigits(text.Slice(2 + NumberDigits, TimeDigits), dueMicroseconds);
        text[Length - 1] = (byte)';';
    }

    /// <summary>Finds a token in a line. False when there is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out int number, out long dueMicroseconds)
    {
        number = 0;
        dueMicroseconds = 0;
        var start = line.IndexOf((byte)'#');
        if (start < 0 || line.Length - start < Length || line[start + Length - 1] != ';')
            return false;
        var text = line.Slice(start + 1);
        return Utf8Parser.TryParse(text[..NumberDigits], out number, out var read) && read == NumberDigits
            && Utf8Parser.TryParse(text.Slice(NumberDigits + 1, TimeDigits), out dueMicroseconds, out read) && read == TimeDigits;
    }

    private static void WriteDigits(Span<byte> digits, long value)
    {
        for (var index = digits.Length - 1; index >= 0; index--)
        {
            digits[index] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}
