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
    public void Nothing_appended_is_the_empty_text()
    {
        var escaped = new EscapedText();
        Assert.Equal(0, escaped.Length);
        Assert.Equal("", escaped.ToString());
    }
}
