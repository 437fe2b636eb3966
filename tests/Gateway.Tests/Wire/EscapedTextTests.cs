using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Wire;

public sealed class EscapedTextTests
{
    [Fact]
    public void What_is_appended_piece_by_piece_reads_as_one_text() => Generated.Check(Generated.WellFormedText, 300, text =>
    {
        var escaped = new EscapedText();
        foreach (var rune in text.EnumerateRunes())
            escaped.Append(JsonText.Escape(rune.ToString()));
        Assert.Equal(text, escaped.ToString());
        Assert.Equal(escaped.Bytes.Length, escaped.Length);
    });

    [Fact]
    public void What_was_released_is_empty_and_grows_again_apart_from_the_next_owner_of_its_room()
    {
        var first = new EscapedText();
        first.Append("the first"u8);
        first.Release();
        Assert.Equal("", first.ToString());
        var second = new EscapedText();
        second.Append("another"u8);
        first.Append("again"u8);
        first.Release();
        first.Release();
        Assert.Equal("another", second.ToString());
    }

    [Fact]
    public void Nothing_appended_is_the_empty_text()
    {
        var escaped = new EscapedText();
        Assert.Equal(0, escaped.Length);
        Assert.Equal("", escaped.ToString());
    }
}
