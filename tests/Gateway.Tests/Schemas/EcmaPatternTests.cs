using System.Text.Json;
using System.Text.RegularExpressions;
using Dragoman.Schemas;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Schemas;

public class EcmaPatternTests
{
    private const int Cases = 3000;

    private static readonly Gen<string> Atom = Gen.Elements(
        "a", "b", "c", "0", "-", "_", " ", ",", "\\.", ".", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "[ab]", "[^ab]", "[a-c_]", "[^\\d-]", "[\\w.]", "[\\W_]", "[-a]", "[a-]",
        "\\x61", "\\u0062", "\\t", "\\-", "\\/", "\\\\", "\\b", "\\B", "^", "$", "[\\b]", "\\cI");

    private static readonly Gen<string> Piece =
        from atom in Atom
        from many in Gen.Elements("", "", "", "*", "+", "?", "{2}", "{1,2}", "{1,}", "*?")
        select atom is "^" or "$" or "\\b" or "\\B" ? atom : atom + many;

    private static readonly Gen<string> Pattern = Branch(2);

    private static readonly Gen<string> Text = Gen.Elements("a", "b", "c", "B", "0", "7", "-", "_", " ", "\t", ",", ".", "/", "\\", "\b").ListOf().Select(string.Concat);

    /// <summary>.NET also has a mode for ECMAScript's syntax, but not in its linear-time engine. The mode is right for ASCII in one line.</summary>
    [Fact]
    public void Is_what_the_framework_makes_of_ECMAScript()
    {
        var matched = 0;
        Generated.Check(Pattern.Zip(Text), Cases, one =>
        {
            var expected = Regex.IsMatch(one.Item2, one.Item1, RegexOptions.ECMAScript, TimeSpan.FromSeconds(10));
            matched += expected ? 1 : 0;
            Assert.True(new SchemaPatterns().Matches(one.Item1, one.Item2) == expected, $"{JsonSerializer.Serialize(one.Item1)} of {JsonSerializer.Serialize(one.Item2)} is {expected}");
        });
        Assert.InRange(matched, Cases / 10, Cases - (Cases / 10));
    }

    [Theory]
    [InlineData("^.$", "👋", "\r")]
    [InlineData("^.{1,2}$", "👋👋", "👋👋👋")]
    [InlineData("^[^a]$", "👋", "👋👋")]
    [InlineData("^👋+$", "👋👋", "👋a")]
    [InlineData("^[👋👍]{2}$", "👍👋", "👎👋")]
    [InlineData("^[👋-👍]$", "👌", "👎")]
    [InlineData("^[^👋-👍]$", "👎", "👌")]
    [InlineData("^[\\u{1f44b}\\ud83d\\udc4d]$", "👍", "👌")]
    [InlineData("^[\\u{10000}-\\u{10ffff}]$", "𐀀", "\uffff")]
    [InlineData("^[\\u{103ff}-\\u{10801}]$", "𐐀", "𐠂")]
    [InlineData("^[a-\\u{10400}]$", "𐐀", "𐐁")]
    [InlineData("^[é-👋]{2}$", "👋👋", "👋")]
    [InlineData("^[\\s\\S]$", "👋", "👋a")]
    [InlineData("a$", "a", "a\n")]
    [InlineData("^\\W$", "é", "e")]
    [InlineData("^\\w$", "e", "é")]
    [InlineData("^\\D$", "٣", "3")]
    [InlineData("^\\d$", "3", "٣")]
    [InlineData("^\\s$", "\ufeff", "\u0085")]
    [InlineData("^\\S$", "\u0085", "\ufeff")]
    [InlineData("^.$", "\u0085", "\u2028")]
    [InlineData("^[^]$", "\n", "")]
    [InlineData("^(?:[]|a)$", "a", "]")]
    [InlineData("^[\\]\\[^-]$", "[", "\\")]
    [InlineData("^\\p{Lu}$", "É", "é")]
    [InlineData("^[^\\p{L}\\d]$", "-", "é")]
    [InlineData("^\\P{L}$", "1", "é")]
    [InlineData("^(?<straße>a|b)$", "b", "c")]
    [InlineData("^\\0\\x41\\cJ$", "\0A\n", "0A\n")]
    [InlineData("\\bfoo\\b", "a foo.", "food")]
    [InlineData("^a{,2}$", "a{,2}", "aa")]
    [InlineData("^[a\\-c]$", "-", "b")]
    [InlineData("^# $", "# ", "#")]
    public void Says_in_other_words_what_ECMAScript_says(string pattern, string matching, string other)
    {
        var patterns = new SchemaPatterns();
        Assert.Equal((true, false), (patterns.Matches(pattern, matching), patterns.Matches(pattern, other)));
    }

    [Theory]
    [InlineData("(?=a)a", "a")]
    [InlineData("(?!a)a", "a")]
    [InlineData("(?<=a)a", "a")]
    [InlineData("(?<!a)a", "a")]
    [InlineData("(?i)a", "a")]
    [InlineData("(a)\\1", "aa")]
    [InlineData("(?<x>a)\\k<x>", "aa")]
    [InlineData("\\bé", "é")]
    [InlineData("\\p{L}", "👋")]
    [InlineData("[\\p{L}]", "👋")]
    [InlineData("\\p{Script=Greek}", "α")]
    [InlineData("\\p{Letter}", "a")]
    [InlineData("[\\p{IsGreek}]", "α")]
    [InlineData("\\p{L", "a")]
    [InlineData("\\A\\Z", "a")]
    [InlineData("\\e", "a")]
    [InlineData("\\01", "a")]
    [InlineData("\\", "a")]
    [InlineData("[\\", "a")]
    [InlineData("[a", "a")]
    [InlineData("[b-a]", "a")]
    [InlineData("[a-\\d]", "a")]
    [InlineData("[a-\\p{L}]", "a")]
    [InlineData("\\x4", "a")]
    [InlineData("\\u004", "a")]
    [InlineData("\\ud83d", "👋")]
    [InlineData("\\ud83dx", "👋")]
    [InlineData("\\ud83d\\u0041", "👋")]
    [InlineData("\\u{110000}", "a")]
    [InlineData("\\u{d83d}", "a")]
    [InlineData("\\u{x}", "a")]
    [InlineData("\\u{41", "a")]
    [InlineData("\\c1", "a")]
    [InlineData("(?<x", "a")]
    [InlineData("a**", "a")]
    [InlineData("(", "a")]
    [InlineData("a{1,9999}{1,9999}", "a")]
    public void Does_not_judge_what_it_cannot_say(string pattern, string text) => Assert.Null(new SchemaPatterns().Matches(pattern, text));

    /// <summary>A text with surrogate pairs is matched by a separate expression, which counts too.</summary>
    [Fact]
    public void Counts_the_expression_for_pairs()
    {
        var patterns = new SchemaPatterns();
        for (var index = 0; index < SchemaPatterns.Most - 1; index++)
            _ = patterns.Matches($"^{index}", "a");
        Assert.False(patterns.Matches("^.$", "ab"));
        Assert.Null(patterns.Matches("^.$", "👋"));
    }

    private static Gen<string> Branch(int depth)
    {
        var piece = depth == 0 ? Piece : Gen.Frequency((5, Piece), (1, Branch(depth - 1).Select(inner => $"(?:{inner})")), (1, Branch(depth - 1).Select(inner => $"({inner})?")));
        var run = Gen.Choose(0, 3).SelectMany(count => piece.ListOf(count)).Select(string.Concat);
        return Gen.Frequency((3, run), (1, run.Two().Select(two => $"{two.Item1}|{two.Item2}")));
    }
}
