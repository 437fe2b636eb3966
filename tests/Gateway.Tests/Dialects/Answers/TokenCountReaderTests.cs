using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;

namespace Dragoman.Gateway.Tests.Dialects.Answers;

public class TokenCountReaderTests
{
    [Theory]
    [InlineData("""{"tokens":31}""", 31)]
    [InlineData(""" {"other":{"tokens":1},"tokens":9223372036854775807} """, long.MaxValue)]
    public void A_count_is_read_from_its_member(string body, long count) => Assert.Equal(count, Read(body));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[31]")]
    [InlineData("31")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"other":31}""")]
    [InlineData("""{"tokens":"31"}""")]
    [InlineData("""{"tokens":null}""")]
    [InlineData("""{"tokens":3.5}""")]
    [InlineData("""{"tokens":9223372036854775808}""")]
    public void Anything_else_is_the_providers_failure(string body)
    {
        var failure = Assert.Throws<GatewayException>(() => Read(body)).Error;
        Assert.Equal((ErrorKind.UpstreamFailed, "The provider's answer is not a count of tokens."), (failure.Kind, failure.Message));
    }

    private static long Read(string body) => TokenCountReader.Read(Encoding.UTF8.GetBytes(body), "tokens"u8);
}
