using System.Buffers;

namespace Dragoman.Wire;

/// <summary>
/// Looks for words in escaped text that comes in pieces, in whatever way the words are escaped. Only what may be the
/// beginning of a word is held back. The word that is complete first counts, and of two such the longer one, so that
/// the result does not depend on the pieces. Every byte is looked at once.
/// </summary>
/// <param name="words">What is looked for.</param>
public sealed class EscapedSearch(WordSet words)
{
    /// <summary>Where in <see cref="held"/>, and then in the piece behind it, the plain bytes since the last moment of no hope come from.</summary>
    private readonly List<int> origins = [];

    private readonly ArrayBufferWriter<byte> letters = new(4);
    private byte[] held = [];
    private int place = WordSet.Nowhere;

    /// <summary>The next piece, not cut within an escape. The spans in the result live until the next call.</summary>
    public EscapedSearchResult Feed(ReadOnlySpan<byte> escaped)
    {
        if (place == WordSet.Nowhere && !escaped.ContainsAny(words.Beginnings))
            return new EscapedSearchResult(escaped, Word: -1, default);

        var whole = escaped;
        var position = held.Length;
        if (position > 0)
        {
            byte[] joined = [.. held, .. escaped];
            whole = joined;
        }

        while (position < whole.Length)
        {
            if (place == WordSet.Nowhere)
            {
                origins.Clear();
                var hope = whole[position..].IndexOfAny(words.Beginnings);
                if (hope < 0)
                    break;
                position += hope;
            }

            var from = position;
            position += ReadUnit(whole[from..]);
            foreach (var letter in letters.WrittenSpan)
            {
                origins.Add(from);
                place = words.Next(place, letter);
                if (words.WordAt(place) is >= 0 and var word)
                {
                    var start = origins[^words.LengthOf(word)];
                    Finish();
                    return new EscapedSearchResult(whole[..start], word, whole[position..]);
                }
            }
        }

        Hold(whole);
        return new EscapedSearchResult(whole[..^held.Length], Word: -1, default);
    }

    /// <summary>What was held back, when no further piece comes.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        var rest = held;
        held = [];
        origins.Clear();
        place = WordSet.Nowhere;
        return rest;
    }

    /// <summary>Puts the bytes that one letter or escape stands for into <see cref="letters"/>, and returns how many it takes itself.</summary>
    private int ReadUnit(ReadOnlySpan<byte> escaped)
    {
        letters.ResetWrittenCount();
        if (escaped[0] == '\\' && escaped.Length > 1)
            return JsonText.UnescapeOne(escaped, letters);
        letters.Write(escaped[..1]);
        return 1;
    }

    /// <summary>Keeps the text's longest tail that a word may go on from.</summary>
    private void Hold(ReadOnlySpan<byte> whole)
    {
        var depth = words.DepthOf(place);
        if (depth == 0)
        {
            Finish();
            return;
        }

        var from = origins[^depth];
        held = whole[from..].ToArray();
        origins.RemoveRange(0, origins.Count - depth);
        for (var index = 0; index < origins.Count; index++)
            origins[index] -= from;
    }
}

/// <param name="Before">Holds no word, nor its beginning.</param>
/// <param name="Word">The place, in the list of words, of the one that follows <paramref name="Before"/>; -1 when none does.</param>
/// <param name="After">What follows the word in this piece.</param>
public readonly ref struct EscapedSearchResult(ReadOnlySpan<byte> Before, int Word, ReadOnlySpan<byte> After)
{
    public ReadOnlySpan<byte> Before { get; } = Before;

    public int Word { get; } = Word;

    public bool IsFound => Word >= 0;

    public ReadOnlySpan<byte> After { get; } = After;
}
