using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Schemas;

/// <summary>
/// Equality of JSON values as JSON Schema defines it (2020-12, 4.2.2), with a hash, so that many values are compared in linear
/// time. The hash depends on a secret of the process, so that nobody can send values that all have the same hash.
/// </summary>
internal sealed class JsonValueComparer : IEqualityComparer<JsonElement>
{
    public static readonly JsonValueComparer Instance = new();

    private static readonly ulong Secret = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    private JsonValueComparer()
    {
    }

    public bool Equals(JsonElement one, JsonElement other)
    {
        try
        {
            return JsonElement.DeepEquals(one, other);
        }
        catch (ArgumentOutOfRangeException)
        {
            // The framework cannot compare numbers with an exponent beyond 32 bits; comparing their text is good enough.
            return JsonMarshal.GetRawUtf8Value(one).SequenceEqual(JsonMarshal.GetRawUtf8Value(other));
        }
    }

    public int GetHashCode(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => HashOfObject(value),
        JsonValueKind.Array => HashOfArray(value),
        JsonValueKind.String => JsonText.ReadString(value).GetHashCode(StringComparison.Ordinal),
        JsonValueKind.Number => HashOfNumber(JsonMarshal.GetRawUtf8Value(value)),
        var kind => (int)kind,
    };

    /// <summary>The hash does not depend on the order of members.</summary>
    private int HashOfObject(JsonElement value)
    {
        var hash = 1;
        foreach (var member in value.EnumerateObject())
            hash += HashCode.Combine(member.Name.GetHashCode(StringComparison.Ordinal), GetHashCode(member.Value));
        return hash;
    }

    private int HashOfArray(JsonElement value)
    {
        var hash = new HashCode();
        foreach (var item in value.EnumerateArray())
            hash.Add(GetHashCode(item));
        return hash.ToHashCode();
    }

    /// <summary>
    /// The same hash for all spellings of a number: it depends on the digits from the first to the last that is not zero, and on
    /// the position of the decimal point.
    /// </summary>
    private static int HashOfNumber(ReadOnlySpan<byte> raw)
    {
        ulong hash = 0;
        long place = 0;
        long zeros = 0;
        var hasPoint = false;
        var isZero = true;
        var exponent = raw.IndexOfAny((byte)'e', (byte)'E');
        foreach (var letter in exponent < 0 ? raw : raw[..exponent])
        {
            if (letter == '.')
            {
                hasPoint = true;
                continue;
            }

            if (!char.IsAsciiDigit((char)letter))
                continue;
            place -= hasPoint ? 1 : 0;
            if (letter == '0')
            {
                zeros += isZero ? 0 : 1;
                continue;
            }

            for (; zeros > 0; zeros--)
                hash = (hash ^ '0') * Secret;
            isZero = false;
            hash = (hash ^ letter) * Secret;
        }

        if (isZero)
            return 0;
        return HashCode.Combine(hash, place + zeros + ExponentOf(exponent < 0 ? default : raw[(exponent + 1)..]));
    }

    /// <summary>The exponent; 0 for one beyond 64 bits, because any value is good enough for a hash.</summary>
    private static long ExponentOf(ReadOnlySpan<byte> digits) =>
        System.Buffers.Text.Utf8Parser.TryParse(digits, out long exponent, out var length) && length == digits.Length ? exponent : 0;
}
