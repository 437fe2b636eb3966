using Dragoman.Emulator.Generation;
using Xunit;

namespace Dragoman.Emulator.Tests.Generation;

public sealed class TokenizerTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("hello", 1)]
    [InlineData("hello world.", 3)]
    [InlineData("  two", 2)]
    [InlineData("a\n\tb", 4)]
    [InlineData(" 🚀🚀", 2)]
    [InlineData("abcdefghijklmnopqrstuvwxyz", 3)]
    [InlineData(" ", 1)]
    public void Counts_tokens(string text, int count) => Assert.Equal(count, Tokenizer.Count(text));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(57)]
    [InlineData(5000)]
    public void Prose_has_exactly_the_length_asked_for_and_ends_in_a_full_stop(int length)
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var text = Read(new Prose(seed, length, continues: false));
            Assert.Equal(length, Tokenizer.Count(text));
            Assert.Equal(length > 0, text.EndsWith('.'));
            Assert.DoesNotContain(",.", text, StringComparison.Ordinal);
            Assert.DoesNotContain("..", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_word_is_one_token()
    {
        foreach (var word in Vocabulary.Spaced)
            Assert.Equal(1, Tokenizer.Count(word));
    }

    [Theory]
    [InlineData("one two three", "two", "one ")]
    [InlineData("one two three", "o t", "one tw")]
    [InlineData("one two three", "e three", "one two three")]
    [InlineData("ab cd", "ab", "")]
    public void A_stop_sequence_cuts_also_across_tokens(string text, string stop, string expected)
    {
        var filter = new StopFilter(new WrittenText(text), [stop, "never"]);
        var read = "";
        while (filter.TryNext(out var piece, out _))
            read += piece;
        Assert.Equal(expected, read);
        Assert.Equal(expected != text ? stop : null, filter.Stopped);
    }

    [Fact]
    public void The_canonical_hash_ignores_order_space_and_escapes_but_not_meaning()
    {
        var hash = Hash("""{"a":1,"b":{"x":"é","y":[1,2]}}""");
        Assert.Equal(hash, Hash("""{ "b": {"y":[1, 2], "x":"\u00e9"}, "a":1, "n":null, "stream":true }"""));
        Assert.NotEqual(hash, Hash("""{"a":1,"b":{"x":"é","y":[2,1]}}"""));
        Assert.NotEqual(hash, Hash("""{"a":"1","b":{"x":"é","y":[1,2]}}"""));

        static ulong Hash(string json) => CanonicalHash.Of("test", RunningEmulator.Parse(json), ["stream"]);
    }

    private static string Read(Prose source)
    {
        var text = "";
        while (source.TryNext(out var token))
            text += token;
        return text;
    }
}
