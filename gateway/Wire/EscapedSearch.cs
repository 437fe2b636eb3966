using System.Buffers;
using System.Text;

namespace Dragoman.Wire;

/// <summary>
/// Looks for words in escaped text that comes in pieces, in whatever way the words are escaped. Only what may be the
/// beginning of a word is held back. The word that is complete first counts, and of two such the longer one, so that
/// the result does not depend on the pieces.
/// </summary>
public sealed class EscapedSearch
{
    private readonly byte[][] words;
    private readonly SearchValues<byte> interesting;
    private byte[] held = [];

    /// <param name="words">None of them empty.</param>
    public EscapedSearch(IEnumerable<string> words)
    {
        this.words = [.. words.Select(Encoding.UTF8.GetBytes)];
        interesting = SearchValues.Create([(byte)'\\', .. this.words.Select(word => word[0])]);
    }

    /// <summary>The next piece. The spans in the result live until the next call.</summary>
    public EscapedSearchResult Feed(ReadOnlySpan<byte> escaped)
    {
        if (held.Length == 0 && !escaped.ContainsAny(interesting))
            return new EscapedSearchResult(escaped, Word: -1, default);

        ReadOnlySpan<byte> whole = escaped;
        if (held.Length > 0)
        {
            byte[] joined = [.. held, .. escaped];
            whole = joined;
        }

        held = [];
        var text = new UnescapedText(whole);
        if (TryFind(text.Plain, out var from, out var to, out var found))
            return new EscapedSearchResult(whole[..text.OriginOf(from)], found, whole[text.OriginOf(to)..]);
        var safe = text.OriginOf(BeginningOfWord(text.Plain));
        held = whole[safe..].ToArray();
        return new EscapedSearchResult(whole[..safe], Word: -1, default);
    }

    /// <summary>What was held back, when no further piece comes.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        var rest = held;
        held = [];
        return rest;
    }

    private bool TryFind(ReadOnlySpan<byte> plain, out int from, out int to, out int found)
    {
        (from, to, found) = (-1, int.MaxValue, -1);
        for (var index = 0; index < words.Length; index++)
        {
            var word = words[index];
            var start = plain.IndexOf(word);
            if (start < 0)
                continue;
            var end = start + word.Length;
            if (end < to || (end == to && start < from))
                (from, to, found) = (start, end, index);
        }

        return from >= 0;
    }

    /// <summary>Where the text's longest tail starts that a word may go on from.</summary>
    private int BeginningOfWord(ReadOnlySpan<byte> plain)
    {
        var longest = 0;
        foreach (var word in words)
        {
            for (var length = Math.Min(word.Length - 1, plain.Length); length > longest; length--)
            {
                if (plain.EndsWith(word.AsSpan(0, length)))
                    longest = length;
            }
        }

        return plain.Length - longest;
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
