using System.Text;
using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Pipeline;

public sealed class TokenEstimateTests
{
    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("a", 1, 1)]
    [InlineData("abcdefghijkl", 3, 4)]
    [InlineData("漢漢漢漢", 3, 4)]
    public void Tokens_follow_the_bytes(string text, int usual, int most)
    {
        Assert.Equal(usual, TokenEstimate.Of(text));
        Assert.Equal(most, TokenEstimate.AtMost(text));
    }

    [Theory]
    [InlineData("abc", 2, "ab")]
    [InlineData("a👋", 4, "a")]
    [InlineData("a👋", 5, "a👋")]
    [InlineData("漢", 2, "")]
    [InlineData("abc", -1, "")]
    public void A_beginning_ends_between_characters(string text, int bytes, string beginning) =>
        Assert.Equal(beginning, TokenEstimate.Beginning(text, bytes));

    [Fact]
    public void Any_beginning_is_within_the_bytes_and_as_well_formed_as_the_text() => Generated.Check(Generated.WellFormedText, 300, text =>
    {
        for (var bytes = 0; bytes <= Encoding.UTF8.GetByteCount(text) + 1; bytes++)
        {
            var beginning = TokenEstimate.Beginning(text, bytes);
            Assert.StartsWith(beginning, text, StringComparison.Ordinal);
            Assert.InRange(new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(beginning), 0, bytes);
        }
    });
}
