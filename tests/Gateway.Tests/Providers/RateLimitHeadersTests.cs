using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Providers;

namespace Dragoman.Gateway.Tests.Providers;

public class RateLimitHeadersTests
{
    [Theory]
    [InlineData("6ms", 0.006)]
    [InlineData("1.25s", 1.25)]
    [InlineData("6m0s", 360.0)]
    [InlineData("1h2m3s", 3723.0)]
    [InlineData("17", 17.0)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public void Durations_are_read_as_Go_writes_them(string text, double? seconds) =>
        Assert.Equal(seconds, RateLimitHeaders.ReadDuration(text)?.TotalSeconds);

    [Fact]
    public void OpenAIs_limits_go_round()
    {
        using var response = new HttpResponseMessage();
        response.Headers.Add("x-ratelimit-limit-requests", "100");
        response.Headers.Add("x-ratelimit-remaining-requests", "99");
        response.Headers.Add("x-ratelimit-reset-requests", "1m1.5s");
        response.Headers.Add("x-ratelimit-limit-tokens", "-1");
        response.Headers.Add("x-ratelimit-remaining-tokens", "0");
        var limits = RateLimitHeaders.OpenAI.Read(response.Headers);
        Assert.Equal(new RateLimits(new RateLimit(100, 99, TimeSpan.FromSeconds(61.5)), null), limits);
        Assert.Equal(
            [("x-ratelimit-limit-requests", "100"), ("x-ratelimit-remaining-requests", "99"), ("x-ratelimit-reset-requests", "61.5s")],
            OpenAIHeaders.Of(limits));
    }

    [Fact]
    public void A_provider_that_says_nothing_has_no_limits()
    {
        using var response = new HttpResponseMessage();
        Assert.Null(RateLimitHeaders.Mistral.Read(response.Headers));
        Assert.Empty(OpenAIHeaders.Of(null));
    }
}
