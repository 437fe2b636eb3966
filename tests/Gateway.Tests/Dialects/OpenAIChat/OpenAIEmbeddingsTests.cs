using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.OpenAIChat;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIChat;

public sealed class OpenAIEmbeddingsTests
{
    [Fact]
    public void A_request_is_read()
    {
        var (request, encoding) = Read("""{"model":"m","input":["a",""],"dimensions":8,"user":"u","encoding_format":"base64"}""");
        Assert.Equal(("m", 8, "u", EmbeddingEncoding.Base64), (request.Model, request.Dimensions!.Value, request.User, encoding));
        Assert.Equal(["a", ""], request.Inputs);
        Assert.Equal(EmbeddingEncoding.Numbers, Read("""{"model":"m","input":"a"}""").Encoding);
    }

    [Theory]
    [InlineData("""{"input":"a"}""", "model")]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"model":"m","input":[]}""", "input")]
    [InlineData("""{"model":"m","input":7}""", "input")]
    [InlineData("""{"model":"m","input":[1,2]}""", "input")]
    [InlineData("""{"model":"m","input":[[1,2]]}""", "input")]
    [InlineData("""{"model":"m","input":["a",true]}""", "input[1]")]
    [InlineData("""{"model":"m","input":"a","dimensions":0}""", "dimensions")]
    [InlineData("""{"model":"m","input":"a","encoding_format":"hex"}""", "encoding_format")]
    [InlineData("""{"model":"m","input":"a","user":7}""", "user")]
    public void A_wrong_member_is_named(string json, string field) => Assert.Equal(field, Assert.Throws<GatewayException>(() => Read(json)).Error.Field);

    [Fact]
    public void At_most_2048_inputs_are_taken()
    {
        string Inputs(int count) => $"{{\"model\":\"m\",\"input\":[{string.Join(',', Enumerable.Repeat("\"a\"", count))}]}}";
        Assert.Equal(2048, Read(Inputs(2048)).Request.Inputs.Count);
        Assert.Equal("input", Assert.Throws<GatewayException>(() => Read(Inputs(2049))).Error.Field);
    }

    [Fact]
    public void Any_vectors_come_back_in_both_encodings()
    {
        var values = Gen.Choose(int.MinValue, int.MaxValue).Select(BitConverter.Int32BitsToSingle).Where(float.IsFinite);
        var cases = from vectors in values.ArrayOf().ListOf() from encoding in Gen.Elements(EmbeddingEncoding.Numbers, EmbeddingEncoding.Base64) select (vectors.ToArray(), encoding);
        Generated.Check(cases, 300, item =>
        {
            var (vectors, encoding) = item;
            var output = new ArrayBufferWriter<byte>();
            OpenAIEmbeddings.Write(new EmbeddingRequest("m", [], null), encoding, new EmbeddingAnswer(vectors, new Usage(3, 0)), output);
            var again = EmbeddingList.Read(output.WrittenMemory);
            Assert.Equal(vectors, again.Vectors);
            Assert.Equal(new Usage(3, 0), again.Usage);
            Assert.All(Json.Parse(output.WrittenMemory).GetProperty("data").EnumerateArray(), entry =>
                Assert.Equal(encoding == EmbeddingEncoding.Base64 ? JsonValueKind.String : JsonValueKind.Array, entry.GetProperty("embedding").ValueKind));
        });
    }

    [Fact]
    public void Base64_is_little_endian_float32()
    {
        var output = new ArrayBufferWriter<byte>();
        OpenAIEmbeddings.Write(new EmbeddingRequest("m", ["a"], null), EmbeddingEncoding.Base64, new EmbeddingAnswer([[1f]], new Usage(3, 0)), output);
        Assert.Equal(
            """{"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPw=="}],"model":"m","usage":{"prompt_tokens":3,"total_tokens":3}}""",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }

    private static (EmbeddingRequest Request, EmbeddingEncoding Encoding) Read(string json) => OpenAIEmbeddings.Read(Json.Parse(json));
}
