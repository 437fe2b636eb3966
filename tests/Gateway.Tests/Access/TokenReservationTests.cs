using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>What of a request is counted against the limits of tokens.</summary>
public class TokenReservationTests
{
    [Theory]
    [InlineData(30L, 50L, 2000 - 80)]
    [InlineData(30L, null, 2000 - 30 - 1024)]
    [InlineData(null, 50L, 2000 - 50)]
    public async Task The_most_tokens_are_reserved_and_the_used_ones_replace_them(long? input, long? output, long left)
    {
        await using var world = new AccessWorld();
        await world.PutAsync(new Team("web", default) { Limits = new LimitValues(TokensPerMinute: 2000) });
        var (text, _) = await world.KeyAsync();
        var caller = await world.CallAsync(text);
        using var admission = await world.Policy.AdmitAsync(caller, default);
        Assert.Equal(2000, admission.Limits?.Tokens?.Remaining);
        var reservation = await world.Policy.ReserveAsync(caller, admission, Planned(new UpperBound(() => input, output)), default);
        Assert.Equal(left, admission.Limits?.Tokens?.Remaining);
        Assert.Equal((caller, admission), (reservation.Caller, reservation.Admission));
        await world.Policy.SettleAsync(reservation, Used(7, 11));
        Assert.Equal(2000 - 18, admission.Limits?.Tokens?.Remaining);
    }

    [Fact]
    public async Task Without_a_limit_of_tokens_the_prompt_is_not_measured()
    {
        await using var world = new AccessWorld();
        await world.PutAsync(new Team("web", default) { Limits = new LimitValues(RequestsPerMinute: 2000) });
        var (text, _) = await world.KeyAsync();
        var caller = await world.CallAsync(text);
        using var admission = await world.Policy.AdmitAsync(caller, default);
        var bound = new UpperBound(() => throw new InvalidOperationException("It was measured."), 1);
        var reservation = await world.Policy.ReserveAsync(caller, admission, Planned(bound), default);
        await world.Policy.SettleAsync(reservation, Used(7, 11));
        Assert.Equal((1999, null), (admission.Limits?.Requests?.Remaining, admission.Limits?.Tokens));
    }

    private static PlannedUse Planned(UpperBound bound) => new("r", "openai.chat", "m", [], bound);

    private static Settlement Used(long input, long output) =>
        new(Outcome.Completed, [new(new Target("p", "m"), new Usage(input, output))], 200, TimeSpan.Zero);

    [Fact]
    public void What_generates_nothing_has_a_bound_of_nothing() => Assert.Equal((0, 0), (UpperBound.Nothing.InputTokens, UpperBound.Nothing.OutputTokens));
}
