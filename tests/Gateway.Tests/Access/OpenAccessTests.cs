using Dragoman.Access;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Access;

public class OpenAccessTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("Bearer ")]
    [InlineData("Bearer anything")]
    public async Task Everybody_is_let_in_whatever_key_they_bring(string? authorization)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Authorization = authorization;
        await using var access = new OpenAccess();
        var caller = await access.AuthenticateAsync(http, "r", CancellationToken.None);
        using var admission = await access.AdmitAsync(caller, CancellationToken.None);
        var reservation = await access.ReserveAsync(caller, admission, new PlannedUse("r", "openai", "m", [new Target("p", "m")], UpperBound.Nothing), CancellationToken.None);
        await access.SettleAsync(reservation, new Settlement(Outcome.Completed, [new(new Target("p", "m"), new Usage(1, 1))], 200, TimeSpan.Zero));
        Assert.Equal("open", reservation.Caller.Team);
    }
}
