using Dragoman.Conversation;
using Dragoman.Dialects.Gemini.Outbound;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Dialects.Gemini.Outbound;

public sealed class GeminiErrorsTests
{
    public static TheoryData<string, ErrorKind> HttpErrors => new()
    {
        { "gemini/error-400-api-key", ErrorKind.UpstreamRefusedKey },
        { "gemini/error-400-missing-signature", ErrorKind.InvalidRequest },
        { "gemini/error-400-schema", ErrorKind.InvalidRequest },
        { "gemini/error-403", ErrorKind.Forbidden },
        { "gemini/error-404", ErrorKind.ModelNotFound },
        { "gemini/error-429", ErrorKind.RateLimited },
        { "gemini/error-429-compat-array", ErrorKind.RateLimited },
        { "gemini/error-503", ErrorKind.Overloaded },
    };

    [Theory]
    [MemberData(nameof(HttpErrors))]
    public void An_error_has_its_class_its_words_and_its_time_to_wait(string name, ErrorKind kind)
    {
        var fixture = WireFixture.Named(name);
        var expected = fixture.Expect.GetProperty("error");
        var error = new GeminiOutbound().ReadError(fixture.Status, fixture.Body, null);
        Assert.Equal(kind, error.Kind);
        Assert.Equal(expected.GetProperty("code").GetString(), error.Code);
        if (kind != ErrorKind.UpstreamRefusedKey)
            Assert.Equal(expected.GetProperty("message").GetString(), error.Message);
        Assert.Equal(expected.TryGetProperty("retryAfterMs", out var wait) ? wait.GetInt32() : null, error.RetryAfter?.TotalMilliseconds);
    }

    [Theory]
    [InlineData(429, """{"error":{"status":"RESOURCE_EXHAUSTED","message":"m","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}""", ErrorKind.QuotaExceeded)]
    [InlineData(400, """{"error":{"status":"INVALID_ARGUMENT","message":"The input token count (9) exceeds the maximum number of tokens allowed (8)."}}""", ErrorKind.ContextTooLong)]
    [InlineData(504, """{"error":{"status":"DEADLINE_EXCEEDED"}}""", ErrorKind.Timeout)]
    [InlineData(500, """{"error":{"status":"INTERNAL"}}""", ErrorKind.UpstreamFailed)]
    [InlineData(502, "<html>", ErrorKind.UpstreamFailed)]
    [InlineData(503, "", ErrorKind.Overloaded)]
    [InlineData(200, """{"error":{"code":429}}""", ErrorKind.RateLimited)]
    [InlineData(200, """{"error":"odd"}""", ErrorKind.UpstreamFailed)]
    public void What_Google_says_tells_the_class(int status, string body, ErrorKind kind)
    {
        var error = new GeminiOutbound().ReadError(status, System.Text.Encoding.UTF8.GetBytes(body), null);
        Assert.Equal(kind, error.Kind);
        Assert.DoesNotContain('<', error.Message);
    }
}
