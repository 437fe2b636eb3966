using System.Buffers;

namespace Dragoman.Wire;

/// <summary>
/// Finds words in escaped text that arrives in pieces, however the words are escaped. Only a tail that may be the
/// beginning of a word is held back. The word that is completed first is found; of two words that end at the same byte,
/// the longer one. So the result does not depend on where the text is cut. Every byte is examined once.
/// </summary>
/// <param name="words">The words to find.</param>
public sealed class EscapedSearch(WordSet words)
{
    /// <summary>The offset, in <see cref="held"/> followed by the current piece, of each plain byte since the last place where no word had begun.</summary>
    private readonly List<int> origins = [];

    private readonly ArrayBufferWriter<byte> letters = new(4);
    private byte[] held = [];
    private int place = WordSet.Nowhere;

    /// <summary>Reads the next piece, which must not end within an escape. The spans in the result are valid until the next call.</summary>
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

    /// <summary>Ends the text: returns what was held back.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        var rest = held;
        held = [];
        origins.Clear();
        place = WordSet.Nowhere;
        return rest;
    }

    /// <summary>Puts the plain bytes of one letter or escape into <see cref="letters"/>, and returns how many escaped bytes it takes.</summary>
    private int ReadUnit(ReadOnlySpan<byte> escaped)
    {
        letters.ResetWrittenCount();
        if (escaped[0] == '\\' && escaped.Length > 1)
            return JsonText.UnescapeOne(escaped, letters);
        letters.Write(escaped[..1]);
        return 1;
    }

    /// <summary>Holds back the longest tail of the text that is the beginning of a word.</summary>
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

/// <param name="Before">Text that holds neither a word nor the beginning of one.</param>
/// <param name="Word">The index, in the list of words, of the word that follows <paramref name="Before"/>; -1 when there is none.</param>
/// <param name="After">The rest of the piece, after the word.</param>
public readonly ref struct EscapedSearchResult(ReadOnlySpan<byte> Before, int Word, ReadOnlySpan<byte> After)
{
    public ReadOnlySpan<byte> Before { get; } = Before;

    public int Word { get; } = Word;

    public bool IsFound => Word >= 0;

    public ReadOnlySpan<byte> After { get; } = After;
}
