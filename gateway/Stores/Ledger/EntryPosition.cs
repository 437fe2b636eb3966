using System.Globalization;

namespace Dragoman.Stores.Ledger;

/// <summary>The position of an entry in both SQL databases: a number, with gaps.</summary>
internal static class EntryPosition
{
    /// <summary>The entries that one statement adds up: so many that a statement ends in time.</summary>
    public const int MostPerSum = 50_000;

    public static string Text(long position) => position.ToString(CultureInfo.InvariantCulture);

    /// <exception cref="ArgumentException">It is no position of this kind of store.</exception>
    public static long Parse(string? position) => position is null
        ? 0
        : long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new ArgumentException("The position is not one of this ledger.", nameof(position));
}
