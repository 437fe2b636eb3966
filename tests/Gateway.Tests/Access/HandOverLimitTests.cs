using System.Net;
using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>What the sidecar counts of requests that the functions may answer.</summary>
public sealed class HandOverLimitTests
{
    private const string Limits = "\"limits\":{\"requestsPerMinute\":2}";
    private const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]";

    [Fact]
    public async Task A_request_that_is_handed_over_counts_elsewhere()
    {
        await using var teams = await TwoTeams.StartAsync(red: Limits);
        teams.Gateway.Client.DefaultRequestHeaders.Add(HandOver.FunctionsHeader, "available");
        for (var number = 0; number < 5; number++)
        {
            var (status, _, answer) = await teams.SendAsync(TwoTeams.Red, "POST", "/api/chat", $$"""{"model":"m","stream":false,{{Messages}} }""");
            Assert.Equal((HttpStatusCode.OK, "@functions"), (status, answer.Headers.GetValues("X-Accel-Redirect").Single()));
        }
    }

    [Theory]
    [InlineData("not JSON", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"nobody-has-it","stream":false}""", HttpStatusCode.NotFound)]
    [InlineData("""{"model":"m","messages":[]}""", HttpStatusCode.OK)]
    [InlineData("{\"model\":\"m\",\"stream\":true," + Messages + "}", HttpStatusCode.OK)]
    public async Task A_request_that_is_answered_or_refused_here_counts_here(string body, HttpStatusCode expected)
    {
        await using var teams = await TwoTeams.StartAsync(red: Limits);
        teams.Gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]");
        teams.Gateway.Client.DefaultRequestHeaders.Add(HandOver.FunctionsHeader, "available");
        var statuses = new List<HttpStatusCode>();
        for (var number = 0; number < 3; number++)
            statuses.Add((await teams.SendAsync(TwoTeams.Red, "POST", "/api/chat", body)).Status);

        Assert.Equal([expected, expected, HttpStatusCode.TooManyRequests], statuses);
    }
}
