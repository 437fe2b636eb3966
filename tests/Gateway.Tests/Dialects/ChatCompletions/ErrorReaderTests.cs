using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;

namespace Dragoman.Gateway.Tests.Dialects.ChatCompletions;

public sealed class ErrorReaderTests
{
    [Theory]
    [InlineData(400, ErrorKind.InvalidRequest)]
    [InlineData(401, ErrorKind.UpstreamRefusedKey)]
    [InlineData(402, ErrorKind.QuotaExceeded)]
    [InlineData(403, ErrorKind.Forbidden)]
    [InlineData(404, ErrorKind.ModelNotFound)]
    [InlineData(408, ErrorKind.Timeout)]
    [InlineData(413, ErrorKind.TooLarge)]
    [InlineData(422, ErrorKind.InvalidRequest)]
    [InlineData(429, ErrorKind.RateLimited)]
    [InlineData(499, ErrorKind.Timeout)]
    [InlineData(500, ErrorKind.UpstreamFailed)]
    [InlineData(502, ErrorKind.UpstreamFailed)]
    [InlineData(503, ErrorKind.Overloaded)]
    [InlineData(504, ErrorKind.Timeout)]
    [InlineData(529, ErrorKind.Overloaded)]
    public void The_status_alone_tells_the_class(int status, ErrorKind kind)
    {
        var error = ErrorReader.Read(status, default, TimeSpan.FromSeconds(3));
        Assert.Equal(kind, error.Kind);
        Assert.NotEmpty(error.Message);
        Assert.Equal(TimeSpan.FromSeconds(3), error.RetryAfter);
    }

    [Theory]
    [InlineData("""{"detail":[{"loc":["body","\ud83d",{"a":"\ud83d"},1],"msg":"no"}]}""", "\ufffd.1: no")]
    [InlineData("""{"message":"\ud83d no"}""", "\ufffd no")]
    public void Half_a_pair_of_surrogates_is_no_failure_of_ours(string body, string message) =>
        Assert.Equal(message, ErrorReader.Read(422, Encoding.UTF8.GetBytes(body), null).Message);

    [Theory]
    [InlineData("""{"error":{"message":"m","code":[]}}""")]
    [InlineData("""{"error":{"message":"m","code":[null]}}""")]
    [InlineData("""{"error":{"message":"m","code":""}}""")]
    public void A_code_that_says_nothing_is_none(string body) => Assert.Null(ErrorReader.Read(400, Encoding.UTF8.GetBytes(body), null).Code);

    [Theory]
    [InlineData(429, """{"error":{"message":"m","code":"insufficient_quota"}}""", ErrorKind.QuotaExceeded)]
    [InlineData(400, """{"error":{"message":"m","code":"context_length_exceeded"}}""", ErrorKind.ContextTooLong)]
    [InlineData(400, """{"object":"error","message":"Prompt contains 200000 tokens ... too large for model with 131072 maximum context length","code":"3051"}""", ErrorKind.ContextTooLong)]
    [InlineData(400, """{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error"}}""", ErrorKind.ContextTooLong)]
    [InlineData(400, """{"error":"the input length exceeds the context length"}""", ErrorKind.ContextTooLong)]
    [InlineData(400, """{"error":"Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens"}""", ErrorKind.ContextTooLong)]
    [InlineData(400, """{"object":"error","message":"Invalid model: nope","type":"invalid_model","code":"1500"}""", ErrorKind.ModelNotFound)]
    [InlineData(400, """{"error":{"message":"m","code":"content_filter"}}""", ErrorKind.ContentBlocked)]
    [InlineData(200, """{"error":{"message":"m","code":429}}""", ErrorKind.RateLimited)]
    [InlineData(200, """{"error":{"message":"m","code":"rate_limit_exceeded"}}""", ErrorKind.RateLimited)]
    [InlineData(200, """{"object":"error","message":"m","code":"1300"}""", ErrorKind.RateLimited)]
    [InlineData(200, """{"object":"error","message":"m","raw_status_code":503}""", ErrorKind.Overloaded)]
    [InlineData(200, """{"statusCode":404,"message":"Resource not found"}""", ErrorKind.ModelNotFound)]
    [InlineData(200, """{"error":{"message":"m"}}""", ErrorKind.UpstreamFailed)]
    public void A_code_tells_more_than_the_status(int status, string body, ErrorKind kind) => Assert.Equal(kind, Read(status, body).Kind);

    [Theory]
    [InlineData("""{"error":{"message":"m"}}""", "m")]
    [InlineData("""{"error":"m"}""", "m")]
    [InlineData("""{"error":{},"message":"m"}""", "m")]
    [InlineData("""{"message":"m"}""", "m")]
    [InlineData("""{"detail":"m"}""", "m")]
    [InlineData("""{"error_type":"x","error_message":"m"}""", "m")]
    [InlineData("""[{"error":{"message":"m"}}]""", "m")]
    [InlineData("\"m\"", "m")]
    [InlineData("m", "m")]
    [InlineData("  m\n", "m")]
    [InlineData("""{"error":{"message":{"detail":[{"loc":["body","n"],"msg":"bad"}]}}}""", "n: bad")]
    [InlineData("""{"detail":[{"loc":["body","messages",0,"content"],"msg":"Field required"},{"msg":"second"}]}""", "messages.0.content: Field required; second")]
    [InlineData("""{"error":{"message":"half \ud83d"}}""", "half \ufffd")]
    [InlineData("", "The provider answered with status 400.")]
    [InlineData("<html><body>Bad gateway</body></html>", "The provider answered with status 400.")]
    [InlineData("{}", "The provider answered with status 400.")]
    [InlineData("[]", "The provider answered with status 400.")]
    [InlineData("7", "The provider answered with status 400.")]
    public void Every_shape_of_body_gives_up_its_message(string body, string message) => Assert.Equal(message, Read(400, body).Message);

    [Fact]
    public void Code_and_parameter_are_kept_whatever_their_type()
    {
        var error = Read(400, """{"error":{"message":"m","param":"max_tokens","code":3230}}""");
        Assert.Equal("3230", error.Code);
        Assert.Equal("max_tokens", error.Field);
    }

    [Fact]
    public void A_refused_key_is_never_quoted()
    {
        var error = Read(401, """{"error":{"message":"Incorrect API key provided: sk-proj-********abcd.","code":"invalid_api_key"}}""");
        Assert.Equal(ErrorKind.UpstreamRefusedKey, error.Kind);
        Assert.DoesNotContain("abcd", error.Message, StringComparison.Ordinal);
        Assert.Equal(502, error.Status);
    }

    [Fact]
    public void An_endless_message_is_cut() => Assert.InRange(Read(400, new string('x', 100_000)).Message.Length, 1000, 3000);

    [Fact]
    public void Broken_utf8_and_endless_nesting_are_no_reason_to_throw()
    {
        byte[] broken = [.. "{\"error\":{\"message\":\"a"u8, 0xC3, .. "\"}}"u8];
        Assert.Equal("a\ufffd", ErrorReader.Read(400, broken, null).Message);
        Assert.NotEmpty(Read(400, string.Concat(Enumerable.Repeat("{\"error\":", 10_000))).Message);
    }

    private static GatewayError Read(int status, string body) => ErrorReader.Read(status, Encoding.UTF8.GetBytes(body), null);
}
