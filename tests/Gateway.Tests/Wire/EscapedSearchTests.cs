using System.Text;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Wire;

public sealed class EscapedSearchTests
{
    private static readonly Gen<string> Texts = Gen.Elements("a", "b", "c", "é", "\"", "\\", "\n", "👋").ListOf().Select(string.Concat);

    private static readonly Gen<List<string>> Words = Gen.Elements("a", "b", "c", "é", "\\", "👋").NonEmptyListOf().Select(letters => string.Concat(letters.Take(5))).NonEmptyListOf()
        .Select(words => words.Distinct().Take(6).ToList());

    /// <summary>
    /// However the text is escaped and split, and however the words overlap, the word that ends first is found. Of two such words, the
    /// longer one is found.
    /// </summary>
    [Fact]
    public void Finds_what_a_search_of_the_whole_text_finds() => Generated.Check(
        from words in Words
        from text in Texts
        from pieces in EscapedPieces.Of(Gen.Constant(text))
        select (words, text, pieces),
        3000,
        one =>
        {
            var (word, before) = Find(one.words, one.pieces);
            Assert.Equal(Expected(one.words, one.text), (word, before));
        });

    /// <summary>Words that nearly match at every letter, each of which contains all shorter ones.</summary>
    [Fact]
    public void A_thousand_words_cost_no_more_than_one()
    {
        var words = Enumerable.Range(1, 1000).Select(length => new string('a', length) + "b").ToList();
        var text = new string('a', 100_000);
        Assert.Equal((-1, text), Find(words, [Encoding.UTF8.GetBytes(text)]));
        Assert.Equal((0, new string('a', 3)), Find([.. words.Take(1)], [Encoding.UTF8.GetBytes("aaaab")]));
        Assert.Equal((4, "a"), Find([.. words.Take(5)], [Encoding.UTF8.GetBytes("aaaaaab")]));
    }

    private static (int Word, string Before) Find(List<string> words, IEnumerable<byte[]> pieces)
    {
        var search = new EscapedSearch(new WordSet(words));
        var before = new List<byte>();
        foreach (var piece in pieces)
        {
            var result = search.Feed(piece);
            before.AddRange(result.Before);
            if (result.IsFound)
                return (result.Word, Plain(before));
        }

        before.AddRange(search.Finish());
        return (-1, Plain(before));
    }

    private static (int Word, string Before) Expected(List<string> words, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var end = 1; end <= bytes.Length; end++)
        {
            var ending = words.Where(word => bytes.AsSpan(0, end).EndsWith(Encoding.UTF8.GetBytes(word))).OrderByDescending(Encoding.UTF8.GetByteCount).FirstOrDefault();
            if (ending is not null)
                return (words.IndexOf(ending), Encoding.UTF8.GetString(bytes, 0, end - Encoding.UTF8.GetByteCount(ending)));
        }

        return (-1, text);
    }

    private static string Plain(List<byte> escaped) => JsonText.ReadString(escaped.ToArray());
}
