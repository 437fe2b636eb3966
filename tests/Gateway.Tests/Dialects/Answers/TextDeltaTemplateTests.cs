using System.Text;
using System.Text.Json;
using Dragoman.Dialects.Answers;

namespace Dragoman.Gateway.Tests.Dialects.Answers;

public class TextDeltaTemplateTests
{
    private const string Lead = "{\"choices\":[{\"delta\":{\"content\":\"";

    private static byte[] Event(string escaped) => Encoding.UTF8.GetBytes(Lead + escaped + "\"}}]}");

    /// <summary>Learns an object with the text <c>c</c>, the padding <c>p</c> and the counts <c>n0</c> to <c>n2</c>, at any place.</summary>
    private static TextDeltaTemplate Learnt(string json, bool isLearnt = true)
    {
        var template = new TextDeltaTemplate(3);
        var bytes = Encoding.UTF8.GetBytes(json);
        ReadOnlySpan<byte> text = default;
        var reader = new Utf8JsonReader(bytes);
        template.Begin();
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var name = reader.GetString()!;
            reader.Read();
            if (name is "c" or "content")
                text = reader.ValueSpan;
            else if (name == "p")
                template.MarkPadding(reader);
            else if (name[0] == 'n')
                template.MarkCount(reader, name[1] - '0');
        }

        template.MarkText(bytes, text);
        Assert.Equal(isLearnt, template.Learn(bytes));
        return template;
    }

    private static bool Matches(TextDeltaTemplate template, string json, out string text)
    {
        var isKnown = template.TryMatch(Encoding.UTF8.GetBytes(json), out var found);
        text = isKnown ? Encoding.UTF8.GetString(found) : "";
        return isKnown;
    }

    [Theory]
    [InlineData("x")]
    [InlineData(" another, much longer text")]
    [InlineData("naïve 🚀")]
    [InlineData("with \\\"escapes\\\" \\\\ \\/ \\b\\f\\n\\r\\t")]
    [InlineData("\\u00e9\\uD83d\\uDe80")]
    [InlineData("\\\\")]
    public void An_event_that_differs_only_in_its_text_is_known_again(string text)
    {
        var template = Learnt(Lead + "first\"}}]}");
        Assert.True(template.TryMatch(Event(text), out var found));
        Assert.Equal(text, Encoding.UTF8.GetString(found));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\",\"finish_reason\":\"stop")]
    [InlineData("line\nend")]
    [InlineData("\\")]
    [InlineData("\\x")]
    [InlineData("\\u00g0")]
    [InlineData("\\u00")]
    [InlineData("\\u")]
    public void What_may_mean_more_than_text_is_read_in_full(string escaped) =>
        Assert.False(Learnt(Lead + "first\"}}]}").TryMatch(Event(escaped), out _));

    [Fact]
    public void No_beginning_of_an_event_is_known_again()
    {
        var template = Learnt("""{"n0":1,"c":"first\n","p":"ab","n1":2}""");
        var json = Encoding.UTF8.GetBytes("""{"n0":12,"c":"other\u00e9","p":"abc","n1":34}""");
        Assert.True(template.TryMatch(json, out _));
        for (var length = 0; length < json.Length; length++)
            Assert.False(template.TryMatch(json.AsSpan(0, length), out _));
    }

    [Fact]
    public void A_text_that_is_not_UTF8_is_read_in_full()
    {
        byte[] json = [.. Encoding.UTF8.GetBytes(Lead), 0xC3, .. "\"}}]}"u8];
        Assert.False(Learnt(Lead + "first\"}}]}").TryMatch(json, out _));
    }

    [Fact]
    public void Another_shape_is_read_in_full() =>
        Assert.False(Learnt(Lead + "first\"}}]}").TryMatch("{\"choices\":[{\"delta\":{\"refusal\":\"no\"}}]}"u8, out _));

    [Fact]
    public void Overlapping_ends_are_no_match()
    {
        var template = Learnt("{\"c\":\"}\"}");
        Assert.False(template.TryMatch("{\"c\":\"}"u8, out _));
        Assert.True(template.TryMatch("{\"c\":\"x\"}"u8, out _));
    }

    [Theory]
    [InlineData("abc", "abcdefg", true)]
    [InlineData("abc", "", true)]
    [InlineData("", "x", true)]
    [InlineData("abc", "a\"b", false)]
    [InlineData("abc", "a\",\"usage\":\"", false)]
    [InlineData("abc", "a\\", false)]
    [InlineData("abc", "a\nb", false)]
    [InlineData("a\\n", "abc", false)]
    public void Padding_may_differ_wherever_it_stands(string first, string next, bool isKnown)
    {
        var last = Learnt($$"""{"c":"first","p":"{{first}}"}""");
        Assert.Equal(isKnown, Matches(last, $$"""{"c":"other","p":"{{next}}"}""", out var text));
        Assert.Equal(isKnown ? "other" : "", text);
        Assert.True(Matches(last, $$"""{"c":"same","p":"{{first}}"}""", out _));
        var front = Learnt($$"""{"p":"{{first}}","c":"first","usage":null}""");
        Assert.Equal(isKnown, Matches(front, $$"""{"p":"{{next}}","c":"other","usage":null}""", out _));
        Assert.False(Matches(front, $$$"""{"p":"{{{next}}}","c":"other","usage":{}}""", out _));
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("7", true)]
    [InlineData("1234567", true)]
    [InlineData("999999999999999999", true)]
    [InlineData("1000000000000000000", false)]
    [InlineData("00", false)]
    [InlineData("01", false)]
    [InlineData("-1", false)]
    [InlineData("1.5", false)]
    [InlineData("1e3", false)]
    [InlineData("", false)]
    [InlineData("null", false)]
    [InlineData("\"1\"", false)]
    public void Counts_may_differ_and_are_read(string number, bool isKnown)
    {
        var template = Learnt("""{"n1":5,"c":"first","u":{"n0":3,"x":8},"p":41}""");
        Assert.Equal(isKnown, Matches(template, $$$"""{"n1":{{{number}}},"c":"other","u":{"n0":2,"x":8},"p":42}""", out _));
        if (isKnown)
            Assert.Equal([2, long.Parse(number), 0], template.Counts.ToArray());
        Assert.Equal(isKnown, Matches(template, $$$"""{"n1":6,"c":"other","u":{"n0":{{{number}}},"x":8},"p":42}""", out _));
        Assert.Equal(isKnown, Matches(template, $$$"""{"n1":6,"c":"other","u":{"n0":2,"x":8},"p":{{{number}}}}""", out _));
        Assert.Equal(number == "8", Matches(template, $$$"""{"n1":6,"c":"other","u":{"n0":2,"x":{{{number}}}},"p":1}""", out _));
    }

    [Fact]
    public void Of_several_counts_of_a_kind_the_last_one_counts()
    {
        var template = Learnt("""{"n0":1,"n0":2,"c":"first"}""");
        Assert.True(Matches(template, """{"n0":3,"n0":4,"c":"other"}""", out _));
        Assert.Equal([4, 0, 0], template.Counts.ToArray());
    }

    [Theory]
    [InlineData("""{"n0":-1,"c":"first"}""")]
    [InlineData("""{"n0":1000000000000000000,"c":"first"}""")]
    [InlineData("""{"n0":1,"c":""}""")]
    [InlineData("""{"n0":1,"c":"first"} """)]
    public void What_cannot_be_known_again_is_not_learnt(string json) => Learnt(json, isLearnt: false);

    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "   ", true)]
    [InlineData("      ", "", true)]
    [InlineData("  ", " x", false)]
    [InlineData("  ", " ,\"usage\":{}", false)]
    public void Spaces_before_the_last_brace_may_differ(string first, string next, bool isKnown)
    {
        foreach (var end in (string[])["\"}", "\"},\"n0\":5", "\"},\"p\":\"x\""])
        {
            var template = Learnt("{\"index\":0,\"delta\":{\"c\":\"first" + end + first + "}");
            Assert.Equal(isKnown, Matches(template, "{\"index\":0,\"delta\":{\"c\":\"other" + end + next + "}", out var text));
            Assert.Equal(isKnown ? "other" : "", text);
        }
    }

    [Fact]
    public void The_shape_that_was_learnt_last_is_known()
    {
        var template = Learnt("""{"a":1,"c":"first"}""");
        var json = """{"c":"first"}"""u8;
        template.Begin();
        template.MarkText(json, json[6..11]);
        Assert.True(template.Learn(json));
        Assert.True(Matches(template, """{"c":"other"}""", out _));
        Assert.False(Matches(template, """{"a":1,"c":"other"}""", out _));
    }

    [Fact]
    public void A_forgotten_shape_is_read_in_full()
    {
        var template = Learnt(Lead + "first\"}}]}");
        template.Forget();
        Assert.False(template.TryMatch(Event("x"), out _));
    }
}
