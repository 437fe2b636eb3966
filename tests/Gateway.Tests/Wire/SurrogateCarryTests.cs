using System.Text;
using Dragoman.Wire;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Wire;

public sealed class SurrogateCarryTests
{
    [Fact]
    public void A_pair_cut_between_two_deltas_goes_out_whole()
    {
        var carry = new SurrogateCarry();
        Assert.Equal("a", Encoding.UTF8.GetString(carry.Pass("""a\ud83d"""u8)));
        Assert.Equal("""\ud83d\udc4bb""", Encoding.UTF8.GetString(carry.Pass("""\udc4bb"""u8)));
        Assert.True(carry.Finish().IsEmpty);
    }

    [Fact]
    public void A_half_waits_through_empty_deltas()
    {
        var carry = new SurrogateCarry();
        Assert.True(carry.Pass("""\ud83d"""u8).IsEmpty);
        Assert.True(carry.Pass(default).IsEmpty);
        Assert.Equal("""\ud83d\udc4b""", Encoding.UTF8.GetString(carry.Pass("""\udc4b"""u8)));
    }

    [Fact]
    public void A_half_that_stays_alone_is_replaced_at_the_end()
    {
        var carry = new SurrogateCarry();
        Assert.True(carry.Pass("""\ud83d"""u8).IsEmpty);
        Assert.Equal("""\ufffd""", Encoding.UTF8.GetString(carry.Finish()));
        Assert.True(carry.Finish().IsEmpty);
    }

    [Theory]
    [InlineData("""\ud83d""", "x", """\ufffdx""")]
    [InlineData("""\ud83d""", """\ud83d\udc4b""", """\ufffd\ud83d\udc4b""")]
    [InlineData("a", """\udc4b""", """a\ufffd""")]
    public void A_half_without_its_other_half_is_replaced(string first, string second, string expected)
    {
        var carry = new SurrogateCarry();
        var passed = Encoding.UTF8.GetString(carry.Pass(Encoding.UTF8.GetBytes(first))) + Encoding.UTF8.GetString(carry.Pass(Encoding.UTF8.GetBytes(second)));
        Assert.Equal(expected, passed);
    }

    [Fact]
    public void Plain_deltas_are_passed_without_a_copy()
    {
        var carry = new SurrogateCarry();
        ReadOnlySpan<byte> plain = "hello"u8;
        Assert.True(carry.Pass(plain) == plain);
        ReadOnlySpan<byte> escaped = """a\nb"""u8;
        Assert.True(carry.Pass(escaped) == escaped);
    }

    [Fact]
    public void Any_cutting_of_any_text_into_deltas_keeps_the_text()
    {
        var cases = from text in Generated.WellFormedText from seed in Gen.Choose(0, int.MaxValue) select (text, seed);
        Generated.Check(cases, 1000, item =>
        {
            var random = new Random(item.seed);
            var carry = new SurrogateCarry();
            var joined = new EscapedText();
            for (var from = 0; from < item.text.Length;)
            {
                var length = random.Next(1, 4);
                var delta = JsonTextTests.Spell(item.text.Substring(from, Math.Min(length, item.text.Length - from)));
                var passed = carry.Pass(Encoding.UTF8.GetBytes(delta));
                Assert.False(JsonText.EndsInHighSurrogate(passed));
                joined.Append(passed);
                from += length;
            }

            joined.Append(carry.Finish());
            Assert.Equal(item.text, joined.ToString());
        });
    }
}
