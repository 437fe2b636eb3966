using System.Runtime.InteropServices;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;

namespace Dragoman.Gateway.Tests.Dialects.ChatCompletions;

public sealed class EmbeddingListTests
{
    [Fact]
    public void Vectors_come_in_the_order_of_their_indices()
    {
        var answer = Read("""{"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":[1.5,-1]}],"usage":{"prompt_tokens":7,"total_tokens":7}}""");
        Assert.Equal([1.5f, -1f], answer.Vectors[0]);
        Assert.Equal([2f], answer.Vectors[1]);
        Assert.Equal(new Usage(7, 0), answer.Usage);
    }

    [Fact]
    public void Vectors_without_indices_keep_their_places()
    {
        var answer = Read("""{"data":[{"embedding":[1]},{"embedding":[2]}]}""");
        Assert.Equal([[1f], [2f]], answer.Vectors);
        Assert.Equal(UsageOrigin.Absent, answer.Usage.Origin);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"prompt_tokens":"x","prompt_tokens_details":{"a":[1]}}""")]
    public void A_count_that_cannot_be_read_costs_no_vector(string usage)
    {
        var answer = Read($$"""{"usage":{{usage}},"data":[{"embedding":[1],"index":0,"more":[{"a":[]}]}],"model":"x"}""");
        Assert.Equal([[1f]], answer.Vectors);
        Assert.Equal(UsageOrigin.Absent, answer.Usage.Origin);
    }

    [Fact]
    public void Vectors_in_base64_are_read()
    {
        float[] vector = [0.25f, -3e-7f, float.MaxValue];
        var base64 = Convert.ToBase64String(MemoryMarshal.AsBytes(vector.AsSpan()));
        Assert.Equal(vector, Read($$"""{"data":[{"index":0,"embedding":"{{base64}}"}]}""").Vectors[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"data":{}}""")]
    [InlineData("""{"data":[{"index":0}]}""")]
    [InlineData("""{"data":[{"index":5,"embedding":[1]}]}""")]
    [InlineData("""{"data":[{"index":-1,"embedding":[1]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":["x"]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":"!"}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":"AAAAAAA="}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":"AADAfw=="}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1e39]}]}""")]
    [InlineData("""{"data":[{"index":"a","embedding":[1]}]}""")]
    [InlineData("""{"data":[7]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1]}]""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1]}]} x""")]
    [InlineData("""{"data":[{"index":0,"embedding":{}}]}""")]
    public void What_is_no_list_of_vectors_is_the_providers_failure(string body) =>
        Assert.Equal(ErrorKind.UpstreamFailed, Assert.Throws<GatewayException>(() => Read(body)).Error.Kind);

    private static EmbeddingAnswer Read(string body) => EmbeddingList.Read(Encoding.UTF8.GetBytes(body));
}
