using System.Security.Cryptography;
using System.Text;

namespace Dragoman.Emulator.Generation;

/// <summary>
/// Opaque state that a provider returns and requires back unchanged: base64 that is valid only for one provider, one model
/// and one text.
/// </summary>
internal static class Seal
{
    private const int Length = 48;

    /// <summary>The seal of a text.</summary>
    public static string Of(string provider, string model, string text)
    {
        Span<byte> seal = stackalloc byte[SHA384.HashSizeInBytes];
        SHA384.HashData(Encoding.UTF8.GetBytes($"{provider}\n{model}\n{text}"), seal);
        return Convert.ToBase64String(seal[..Length]);
    }

    /// <summary>A seal that is valid without a text to compare, because it holds the number that it seals.</summary>
    public static string OfNumber(string provider, string model, ulong number)
    {
        Span<byte> sealedNumber = stackalloc byte[sizeof(ulong) + SHA384.HashSizeInBytes + 1];
        sealedNumber.Clear();
        BitConverter.TryWriteBytes(sealedNumber, number);
        SHA384.HashData(Encoding.UTF8.GetBytes($"{provider}\n{model}\n{number}"), sealedNumber[sizeof(ulong)..]);
        return Convert.ToBase64String(sealedNumber);
    }

    public static bool HoldsNumber(string provider, string model, string text)
    {
        var bytes = new byte[sizeof(ulong) + SHA384.HashSizeInBytes + 1];
        return Convert.TryFromBase64String(text, bytes, out var length) && length == bytes.Length
            && OfNumber(provider, model, BitConverter.ToUInt64(bytes)) == text;
    }
}
