using System.Text;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Conversation;

public class TextDeltaTemplateTests
{
    private static byte[] Event(string escaped) => Encoding.UTF8.GetBytes("{\"choices\":[{\"delta\":{\"content\":\"" + escaped + "\"}}]}");

    private static TextDeltaTemplate Learnt()
    {
        var template = new TextDeltaTemplate();
        var json = Event("first");
        template.Learn(json, json.AsSpan().IndexOf("first"u8), "first".Length);
        return template;
    }

    [Theory]
    [InlineData("x")]
    [InlineData(" another, much longer text")]
    [InlineData("naïve 🚀")]
    public void An_event_that_differs_only_in_its_text_is_known_again(string text)
    {
        Assert.True(Learnt().TryMatch(Event(text), out var found));
        Assert.Equal(text, Encoding.UTF8.GetString(found));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with \\\"escape")]
    [InlineData("a\",\"finish_reason\":\"stop")]
    [InlineData("line\nend")]
    public void What_may_mean_more_than_text_is_read_in_full(string escaped) => Assert.False(Learnt().TryMatch(Event(escaped), out _));

    [Fact]
    public void A_text_that_is_not_UTF8_is_read_in_full()
    {
        byte[] json = [.. Event("").AsSpan(0, Event("").Length - "\"}}]}".Length), 0xC3, .. "\"}}]}"u8];
        Assert.False(Learnt().TryMatch(json, out _));
    }

    [Fact]
    public void Another_shape_is_read_in_full() =>
        Assert.False(Learnt().TryMatch("{\"choices\":[{\"delta\":{\"refusal\":\"no\"}}]}"u8, out _));

    [Fact]
    public void Overlapping_ends_are_no_match()
    {
        var template = new TextDeltaTemplate();
        template.Learn("a\"--\"a"u8, 2, 2);
        Assert.False(template.TryMatch("a\"a"u8, out _));
        Assert.True(template.TryMatch("a\"x\"a"u8, out _));
    }

    [Theory]
    [InlineData("p", "abc", "abcdefg", true)]
    [InlineData("p", "abc", "", true)]
    [InlineData("p", "", "x", true)]
    [InlineData("obfuscation", "abc", "Xy9", true)]
    [InlineData("p", "abc", "a\"b", false)]
    [InlineData("p", "abc", "a\",\"usage\":\"", false)]
    [InlineData("p", "abc", "a\\", false)]
    [InlineData("finish_reason", "abc", "stop", false)]
    public void Padding_may_differ_and_nothing_else(string name, string first, string next, bool isKnown)
    {
        static byte[] Padded(string text, string name, string padding) =>
            Encoding.UTF8.GetBytes("{\"choices\":[{\"delta\":{\"content\":\"" + text + "\"}}],\"" + name + "\":\"" + padding + "\"}");

        var template = new TextDeltaTemplate();
        var json = Padded("first", name, first);
        template.Learn(json, json.AsSpan().IndexOf("first"u8), "first".Length);
        Assert.Equal(isKnown, template.TryMatch(Padded("other", name, next), out var text));
        Assert.Equal(isKnown ? "other" : "", Encoding.UTF8.GetString(text));
        Assert.True(template.TryMatch(Padded("same", name, first), out _));
    }

    [Fact]
    public void Padding_that_is_not_the_last_member_is_no_padding()
    {
        var template = new TextDeltaTemplate();
        var json = "{\"c\":\"first\",\"p\":\"abc\",\"usage\":null}"u8;
        template.Learn(json, json.IndexOf("first"u8), "first".Length);
        Assert.False(template.TryMatch("{\"c\":\"other\",\"p\":\"abcd\",\"usage\":null}"u8, out _));
        Assert.False(template.TryMatch("{\"c\":\"other\",\"p\":\"abc\",\"usage\":{}}"u8, out _));
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "   ", true)]
    [InlineData("      ", "", true)]
    [InlineData("  ", " x", false)]
    [InlineData("  ", " ,\"usage\":{}", false)]
    public void Spaces_before_the_last_brace_may_differ(string first, string next, bool isKnown)
    {
        static byte[] Spaced(string text, string spaces) => Encoding.UTF8.GetBytes("{\"index\":0,\"delta\":{\"text\":\"" + text + "\"}" + spaces + "}");

        var template = new TextDeltaTemplate();
        var json = Spaced("first", first);
        template.Learn(json, json.AsSpan().IndexOf("first"u8), "first".Length);
        Assert.Equal(isKnown, template.TryMatch(Spaced("other", next), out var text));
        Assert.Equal(isKnown ? "other" : "", Encoding.UTF8.GetString(text));
    }

    [Fact]
    public void A_forgotten_shape_is_read_in_full()
    {
        var template = Learnt();
        template.Forget();
        Assert.False(template.TryMatch(Event("x"), out _));
    }
}
