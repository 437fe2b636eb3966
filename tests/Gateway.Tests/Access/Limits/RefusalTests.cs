using System.Threading.RateLimiting;
using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Access.Limits;

public sealed class RefusalTests
{
    private static readonly Moment Now = new(TimeSpan.TicksPerDay);

    private static readonly ScopeLimits Scope = new(ScopeKind.Key, "k", null);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.9, 1)]
    [InlineData(1, 1)]
    [InlineData(1.1, 1.1)]
    [InlineData(-5, 1)]
    public void A_client_is_told_to_wait_for_at_least_a_second(double seconds, double expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), Of(LimitKind.Requests, 0, seconds).RetryAfter);

    [Fact]
    public void It_says_what_the_limit_is_of()
    {
        Assert.Equal("The limit of 5 requests per minute of key \"k\" does not allow this request: 0 are left. Try again in 2 s; all of them are back in 9 s. Why.", Of(LimitKind.Requests, 0, 1.1).Because(Wording.Verbatim("Why.")).Text.ToString());
        Assert.StartsWith("The limit of 5 tokens per minute of key \"k\" does not allow this request: 3 are left.", Of(LimitKind.Tokens, 3, 1).Text.ToString(), StringComparison.Ordinal);
        Assert.Equal("The limit of 5 concurrent requests of key \"k\" is reached: 0 are left. It is free again when a request has ended.", Of(LimitKind.Concurrent, 0, 0).Text.ToString());
        Assert.Equal("The limit of 5 concurrent requests of key \"k\" is reached by all processes of the gateway together. It is free again when a request has ended. Why.", Of(LimitKind.Concurrent, 1, 0).Because(Wording.Verbatim("Why.")).Text.ToString());
    }

    [Fact]
    public void It_has_the_metadata_of_the_framework()
    {
        var refusal = Of(LimitKind.Requests, 0, 7);
        Assert.False(refusal.IsAcquired);
        Assert.Equal([MetadataName.RetryAfter.Name, MetadataName.ReasonPhrase.Name], refusal.MetadataNames);
        Assert.Equal((true, (object)TimeSpan.FromSeconds(7)), (refusal.TryGetMetadata(MetadataName.RetryAfter.Name, out var wait), wait));
        Assert.Equal((true, (object)refusal.Text.ToString()), (refusal.TryGetMetadata(MetadataName.ReasonPhrase.Name, out var reason), reason));
        Assert.Equal((false, null), (refusal.TryGetMetadata("OTHER", out var other), other));
    }

    private static Refusal Of(LimitKind limit, long remaining, double secondsUntilReady) =>
        new(Scope, limit, 5, remaining, Now.Plus(TimeSpan.FromSeconds(secondsUntilReady)), Now.Plus(TimeSpan.FromSeconds(8.5)), Now);
}
