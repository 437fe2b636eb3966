using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Dragoman.Schemas;

/// <summary>
/// A JSON number with all the digits of its text. None is lost in a binary or decimal type, so a comparison is exact however
/// large, small or long a number is. All work is linear in the number of characters.
/// </summary>
internal readonly ref struct SchemaNumber
{
    /// <summary>The digits and decimal places that <see cref="decimal"/> can always represent.</summary>
    private const int DecimalDigits = 28;

    /// <summary>A larger exponent is treated as this one.</summary>
    private const long LargestExponent = long.MaxValue / 4;

    private readonly bool isNegative;

    /// <summary>The text from the first digit that is not zero to the last such digit, with a decimal point between; empty for zero.</summary>
    private readonly ReadOnlySpan<byte> digits;

    /// <summary>The powers of ten of the first and of the last digit.</summary>
    private readonly long first;
    private readonly long last;

    private SchemaNumber(ReadOnlySpan<byte> raw)
    {
        isNegative = raw[0] == '-';
        var end = raw.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = end < 0 ? raw : raw[..end];
        var start = mantissa.IndexOfAnyInRange((byte)'1', (byte)'9');
        if (start < 0)
            return;
        var stop = mantissa.LastIndexOfAnyInRange((byte)'1', (byte)'9');
        digits = mantissa[start..(stop + 1)];
        var exponent = end < 0 ? 0 : ExponentOf(raw[(end + 1)..]);
        var point = mantissa.IndexOf((byte)'.');
        if (point < 0)
            point = mantissa.Length;
        first = exponent + PowerAt(start, point);
        last = exponent + PowerAt(stop, point);
    }

    public bool IsInteger => digits.IsEmpty || last >= 0;

    public static SchemaNumber Of(JsonElement number) => new(JsonMarshal.GetRawUtf8Value(number));

    public static int Compare(JsonElement one, JsonElement other) => Of(one).CompareTo(Of(other));

    /// <summary>
    /// Whether a number is a multiple of a step. Null when that cannot be decided: the step is not a positive number, or one of the
    /// numbers has too many digits to calculate with.
    /// </summary>
    public static bool? IsMultiple(JsonElement number, JsonElement step)
    {
        if (!Of(number).IsExactDecimal || !Of(step).IsExactDecimal || !number.TryGetDecimal(out var exact) || !step.TryGetDecimal(out var exactStep) || exactStep <= 0)
            return null;
        return exact % exactStep == 0;
    }

    private int Sign => digits.IsEmpty ? 0 : isNegative ? -1 : 1;

    private bool IsExactDecimal => digits.IsEmpty || (first < DecimalDigits && last >= -DecimalDigits && first - last < DecimalDigits);

    private int CompareTo(SchemaNumber other) => Sign != other.Sign ? Sign.CompareTo(other.Sign) : Sign * CompareSizes(this, other);

    private static int CompareSizes(SchemaNumber one, SchemaNumber other)
    {
        if (one.first != other.first)
            return one.first.CompareTo(other.first);
        var left = one.digits;
        var right = other.digits;
        while (TryTakeDigit(ref left, out var digit))
        {
            if (!TryTakeDigit(ref right, out var otherDigit))
                return 1;
            if (digit != otherDigit)
                return digit.CompareTo(otherDigit);
        }

        return right.IsEmpty ? 0 : -1;
    }

    private static bool TryTakeDigit(ref ReadOnlySpan<byte> digits, out byte digit)
    {
        if (digits is [(byte)'.', ..])
            digits = digits[1..];
        digit = digits.IsEmpty ? default : digits[0];
        digits = digits.IsEmpty ? digits : digits[1..];
        return digit != default;
    }

    /// <summary>The power of ten of the digit at an index of the mantissa.</summary>
    private static int PowerAt(int index, int point) => index < point ? point - 1 - index : point - index;

    private static long ExponentOf(ReadOnlySpan<byte> digits)
    {
        if (Utf8Parser.TryParse(digits, out long exponent, out var length) && length == digits.Length)
            return Math.Clamp(exponent, -LargestExponent, LargestExponent);
        return digits[0] == '-' ? -LargestExponent : LargestExponent;
    }
}
