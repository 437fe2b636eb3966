using Dragoman.Startup;

namespace Dragoman.Gateway.Tests.Startup;

public class PrintableTests
{
    [Theory]
    [InlineData("a b", "a b")]
    [InlineData("größe 漢", "größe 漢")]
    [InlineData("a\nb\r\tc", "a\\u000ab\\u000d\\u0009c")]
    [InlineData("\u001b]0;x\u0007", "\\u001b]0;x\\u0007")]
    [InlineData("a\u202eb\u2028c\ufeff", "a\\u202eb\\u2028c\\ufeff")]
    public void What_a_terminal_obeys_is_written_out(string text, string line) => Assert.Equal(line, Printable.Line(text));

    [Fact]
    public void Half_of_a_surrogate_pair_is_written_out() => Assert.Equal("a\\ud83d", Printable.Line("a\ud83d"));

    [Fact]
    public void Lines_and_quotations_have_an_end()
    {
        Assert.InRange(Printable.Line(new string('\u0001', 1_000_000)).Length, 2000, 2010);
        Assert.Equal(123, Printable.Quote(new string('x', 1_000_000)).Length);
    }
}
