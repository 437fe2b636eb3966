using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Xunit;

namespace Dragoman.Emulator.Tests.Behaviors;

public sealed class EmulatedBehaviorTests
{
    [Fact]
    public void A_model_name_and_the_header_say_the_same_things()
    {
        var named = EmulatedBehavior.FromModelName("emulate-tps-0.5-ttft-200-status-503-retryafter-3-tokens-7-error-1-cut-2-stall-4");
        var asked = EmulatedBehavior.None.WithHeader(" tps=0.5; ttft=200,status = 503;retryafter=3;tokens=7;error=1;cut=2;stall=4;");
        Assert.Equal(named, asked);
        Assert.Equal(0.5, named.TokensPerSecond);
        Assert.Equal(TimeSpan.FromMilliseconds(200), named.TimeToFirstToken);
        Assert.Equal((503, 3, 7, 1, 2, 4), (named.Status, named.RetryAfter, named.Tokens, named.ErrorAfter, named.CutAfter, named.StallAfter));
    }

    [Fact]
    public void What_takes_no_value_is_understood_between_what_does()
    {
        var named = EmulatedBehavior.FromModelName("emulate-tokens-7-even-cut-2");
        Assert.Equal(named, EmulatedBehavior.None.WithHeader("tokens=7;even;cut=2"));
        Assert.True(named.IsEven);
    }

    [Fact]
    public void The_header_goes_over_the_name() =>
        Assert.Equal(9, EmulatedBehavior.FromModelName("emulate-tokens-7").WithHeader("tokens=9").Tokens);

    [Theory]
    [InlineData("emulate-")]
    [InlineData("emulate-tps")]
    [InlineData("emulate-tps-0")]
    [InlineData("emulate-tps--5")]
    [InlineData("emulate-status-200")]
    [InlineData("emulate-tokens-1000001")]
    [InlineData("emulate-speed-5")]
    public void A_name_that_is_not_understood_says_what_there_is(string name)
    {
        var error = Assert.Throws<RefusalException>(() => EmulatedBehavior.FromModelName(name)).Refusal;
        Assert.Equal(400, error.Status);
        Assert.Contains("tps (tokens a second)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tps")]
    [InlineData("tps=fast")]
    [InlineData("status=99999999999")]
    public void A_header_that_is_not_understood_says_what_there_is(string header)
    {
        var error = Assert.Throws<RefusalException>(() => EmulatedBehavior.None.WithHeader(header)).Refusal;
        Assert.Equal(400, error.Status);
        Assert.Contains("x-emulator-behavior", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_are_due_by_an_absolute_schedule()
    {
        var time = new ManualClock();
        var delivery = new Delivery(EmulatedBehavior.FromModelName("emulate-tps-10-ttft-500"), time);
        var first = delivery.WaitForFirstTokenAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(first.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await first;
        Assert.True(delivery.GiveAsync(1, CancellationToken.None).AsTask().IsCompleted);
        var second = delivery.GiveAsync(1, CancellationToken.None).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(151));
        await second;
        // The clock stands at 750 ms. The third token was due at 700 ms and is late, but this does not delay the fourth.
        Assert.True(delivery.GiveAsync(1, CancellationToken.None).AsTask().IsCompleted);
        var fourth = delivery.GiveAsync(1, CancellationToken.None).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(50));
        await fourth;
    }
}
