using System.Text;
using Dragoman.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Conversation;

/// <summary>Text as a provider may send it: each letter is escaped or not, and the text is cut anywhere except within a letter.</summary>
internal static class EscapedPieces
{
    public static Gen<List<byte[]>> Of(Gen<string> texts) =>
        from text in texts
        from letters in Gen.CollectToSequence(text.EnumerateRunes().ToArray(), Letter)
        from cuts in Gen.Choose(0, 3).ListOf(letters.Count())
        select Cut([.. letters], [.. cuts.Select(number => number == 0)]);

    private static Gen<string> Letter(Rune rune) => Gen.Elements(true, false).Select(isEscaped => isEscaped
        ? string.Concat(rune.ToString().Select(unit => $"\\u{(int)unit:x4}"))
        : Encoding.UTF8.GetString(JsonText.Escape(rune.ToString())));

    private static List<byte[]> Cut(string[] letters, bool[] cuts)
    {
        var pieces = new List<byte[]>();
        var piece = new StringBuilder();
        for (var index = 0; index < letters.Length; index++)
        {
            piece.Append(letters[index]);
            if (!cuts[index] && index < letters.Length - 1)
                continue;
            pieces.Add(Encoding.UTF8.GetBytes(piece.ToString()));
            piece.Clear();
        }

        return pieces;
    }
}
