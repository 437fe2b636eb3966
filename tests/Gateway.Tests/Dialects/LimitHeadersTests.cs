using System.Buffers;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Ollama;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Dialects;

/// <summary>What the clients of each dialect are told about the gateway's own limits.</summary>
public sealed class LimitHeadersTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly RateLimits Limits = new(new(60, 12, TimeSpan.FromSeconds(12.5)), new(90_000, 0, TimeSpan.FromSeconds(60)));

    [Fact]
    public void OpenAI_has_durations() => Assert.Equal(
        [
            ("x-ratelimit-limit-requests", "60"), ("x-ratelimit-remaining-requests", "12"), ("x-ratelimit-reset-requests", "12.5s"),
            ("x-ratelimit-limit-tokens", "90000"), ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "60s"),
        ],
        Headers(OpenAIErrors.Shape, Limits));

    [Fact]
    public void Anthropic_has_times() => Assert.Equal(
        [
            ("anthropic-ratelimit-requests-limit", "60"), ("anthropic-ratelimit-requests-remaining", "12"), ("anthropic-ratelimit-requests-reset", "2026-01-02T03:04:17Z"),
            ("anthropic-ratelimit-tokens-limit", "90000"), ("anthropic-ratelimit-tokens-remaining", "0"), ("anthropic-ratelimit-tokens-reset", "2026-01-02T03:05:05Z"),
        ],
        Headers(AnthropicErrors.Shape, Limits));

    [Fact]
    public void A_limit_that_there_is_not_has_no_header()
    {
        Assert.Equal(3, Headers(OpenAIErrors.Shape, new(null, Limits.Tokens)).Count);
        Assert.Equal(3, Headers(AnthropicErrors.Shape, new(Limits.Requests, null)).Count);
    }

    [Fact]
    public void Ollama_has_no_headers() => Assert.Empty(Headers(OllamaErrors.Shape, Limits));

    [Theory]
    [InlineData(null, "requests", "rate_limit_error")]
    [InlineData(RateLimit.TokensCode, "tokens", "rate_limit_error")]
    public void Errors_have_the_type_of_their_dialect(string? code, string openAI, string anthropic)
    {
        var error = new GatewayError(ErrorKind.RateLimited, Wording.Verbatim("too many")) { Code = code };
        Assert.Equal($$$"""{"error":{"message":"too many","type":"{{{openAI}}}","param":null,"code":"rate_limit_exceeded"}}""", Body(OpenAIErrors.Shape, error));
        Assert.Equal($$$"""{"type":"error","error":{"type":"{{{anthropic}}}","message":"too many"},"request_id":"r"}""", Body(AnthropicErrors.Shape, error));
        Assert.Equal("""{"error":"too many"}""", Body(OllamaErrors.Shape, error));
    }

    private static List<(string Name, string Value)> Headers(IErrorShape shape, RateLimits limits) => [.. shape.RateLimitHeaders(limits, Now)];

    private static string Body(IErrorShape shape, GatewayError error)
    {
        var output = new ArrayBufferWriter<byte>();
        shape.WriteError(output, error, "r");
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
