using System.Net;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Access;

/// <summary>The sidecar begins every generation, and hands those that do not stream over to the functions.</summary>
[Collection(KeyedTests.Name)]
public class CountedOnceTests(KeyedDeployment deployment)
{
    public static TheoryData<string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var dialect in Dialect.All)
            {
                cases.Add(dialect.Name, true);
                cases.Add(dialect.Name, false);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_request_counts_once(string name, bool stream)
    {
        const int Most = 3;
        var dialect = Dialect.Of(name);
        var team = $"once-{name}-{(stream ? "streamed" : "whole")}";
        await deployment.Keyed.TeamAsync(team);
        var key = await deployment.Keyed.KeyAsync(team, $$"""{"limits":{"requestsPerMinute":{{Most}} } }""");

        var statuses = new List<HttpStatusCode>();
        for (var number = 0; number <= Most; number++)
        {
            using var answer = await deployment.Keyed.SendAsync(dialect.Request(Requests.Model, stream), key);
            await answer.Content.LoadIntoBufferAsync();
            statuses.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                Assert.Contains($"limit of {Most} requests per minute of key \"{KeyedStack.IdOf(key)}\"", dialect.ErrorMessage(await answer.JsonAsync()), StringComparison.Ordinal);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], statuses);
    }

    /// <summary>The sidecar gives back the place of a request that it hands over, before the functions ask for one.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_key_with_one_place_can_use_it_again_and_again(string name, bool stream)
    {
        var dialect = Dialect.Of(name);
        var team = $"place-{name}-{(stream ? "streamed" : "whole")}";
        await deployment.Keyed.TeamAsync(team);
        var key = await deployment.Keyed.KeyAsync(team, """{"limits":{"concurrentRequests":1}}""");

        for (var number = 0; number < 4; number++)
        {
            using var answer = await deployment.Keyed.SendAsync(dialect.Request(Requests.Model, stream), key);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{number}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            await answer.Content.LoadIntoBufferAsync();
        }
    }

    [Fact]
    public async Task Each_message_of_a_websocket_counts_and_the_connection_does_not()
    {
        await deployment.Keyed.TeamAsync("once-socket");
        var key = await deployment.Keyed.KeyAsync("once-socket", """{"limits":{"requestsPerMinute":2}}""");
        var dialect = SocketDialect.OpenAI;
        using var client = new SocketClient();
        client.Socket.Options.SetRequestHeader("Authorization", "Bearer " + key);
        await client.Socket.ConnectAsync(new UriBuilder(deployment.Keyed.Door) { Scheme = "ws", Path = dialect.Path }.Uri, CancellationToken.None);
        for (var number = 0; number < 2; number++)
        {
            await client.SendAsync(dialect.Ask(Requests.Model, "Say something"));
            await client.ReceiveUntilAsync(dialect.IsGoodEnd);
        }

        await client.SendAsync(dialect.Ask(Requests.Model, "Say something"));
        var refused = (await client.ReceiveAsync())!.Value;
        Assert.Equal(429, refused.GetProperty("status").GetInt32());
    }
}
