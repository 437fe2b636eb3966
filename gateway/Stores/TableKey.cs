using System.Text;

namespace Dragoman.Stores;

/// <summary>Parts of the keys of rows. A key must not have some characters that ids may have, and is sorted by rules of its own. Digits are allowed and sorted as bytes are.</summary>
internal static class TableKey
{
    /// <summary>Digits of a number in a key, so that keys are sorted as numbers.</summary>
    public const string Digits = "D19";

    /// <summary>Sorts after every hexadecimal digit.</summary>
    public const char AfterHex = 'g';

    public static string Hex(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));

    public static string Text(string hex) => Encoding.UTF8.GetString(Convert.FromHexString(hex));
}
