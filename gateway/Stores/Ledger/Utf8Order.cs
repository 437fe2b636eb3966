using System.Text;

namespace Dragoman.Stores.Ledger;

/// <summary>The order of the stores, which is that of the bytes. Only characters beyond U+FFFF are elsewhere in the order of UTF-16.</summary>
internal sealed class Utf8Order : Comparer<string>
{
    public static Utf8Order Instance { get; } = new();

    public override int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
}
