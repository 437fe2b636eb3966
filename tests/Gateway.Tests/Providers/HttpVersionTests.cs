using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Dragoman.Gateway.Tests.Providers;

public class HttpVersionTests
{
    private const string Chat = """{"model":"m","messages":[{"role":"user","content":"hi"}]}""";

    [Theory]
    [InlineData("1.1", "HTTP/1.1")]
    [InlineData("2", "HTTP/2")]
    public async Task A_provider_is_spoken_to_in_its_version(string configured, string spoken)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(httpVersion: configured);
        var protocol = "";
        gateway.First.Answer = async http =>
        {
            protocol = http.Request.Protocol;
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"), ScriptedUpstream.Delta("lo"), ScriptedUpstream.Finish, "[DONE]");
        };
        var (status, body, _) = await gateway.PostAsync("/api/chat", Chat);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(spoken, protocol);
        Assert.Equal(["Hel", "lo", ""], body.TrimEnd('\n').Split('\n').Select(line => GatewayUnderTest.Json(line).GetProperty("message").GetProperty("content").GetString()));
    }

    [Fact]
    public async Task Over_HTTP_2_a_client_that_leaves_ends_its_own_answer_and_no_other()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(httpVersion: "2");
        var connections = new HashSet<string>();
        var goOn = new TaskCompletionSource();
        gateway.First.Answer = async http =>
        {
            lock (connections)
                connections.Add(http.Connection.Id);
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"));
            await goOn.Task.WaitAsync(http.RequestAborted);
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("lo"), ScriptedUpstream.Finish, "[DONE]");
        };
        using var stays = await gateway.OpenAsync("/api/chat", Chat);
        var leaves = await gateway.OpenAsync("/api/chat", Chat);
        leaves.Dispose();
        await gateway.First.ClientLeft.Task.WaitAsync(TimeSpan.FromSeconds(10));
        goOn.SetResult();
        Assert.Contains("\"done\":true", await stays.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Single(connections);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Over_HTTP_2_a_reset_answer_fails_alone_and_a_broken_connection_fails_all_of_its_own(bool breaksConnection)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(httpVersion: "2");
        var goOn = new TaskCompletionSource();
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"));
            await goOn.Task.WaitAsync(http.RequestAborted);
            if (!ScriptedUpstream.BodyOf(http).Contains("breaks", StringComparison.Ordinal))
                await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("lo"), ScriptedUpstream.Finish, "[DONE]");
            else if (breaksConnection)
                http.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
            else
                http.Abort();
        };
        using var breaks = await gateway.OpenAsync("/api/chat", Chat.Replace("hi", "breaks", StringComparison.Ordinal));
        using var other = await gateway.OpenAsync("/api/chat", Chat);

        goOn.SetResult();
        var broken = await breaks.Content.ReadAsStringAsync();

        Assert.Contains("\"content\":\"Hel\"", broken, StringComparison.Ordinal);
        Assert.StartsWith("{\"error\":", broken.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
        if (!breaksConnection)
            Assert.Contains("\"done\":true", await other.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var (status, body, _) = await gateway.PostAsync("/api/chat", Chat);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"done\":true", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_HTTP_2_an_answer_reset_before_its_status_is_refused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(httpVersion: "2");
        gateway.First.Answer = http =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", Chat);
        Assert.Equal(HttpStatusCode.BadGateway, status);
        Assert.Equal("upstream_unreachable", GatewayUnderTest.Json(body).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Over_HTTP_2_a_connection_that_is_told_to_go_ends_its_answers_well_and_gets_no_more()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(httpVersion: "2");
        var connections = new List<string>();
        var goOn = new TaskCompletionSource();
        gateway.First.Answer = async http =>
        {
            lock (connections)
                connections.Add(http.Connection.Id);
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"));
            if (ScriptedUpstream.BodyOf(http).Contains("first", StringComparison.Ordinal))
            {
                // This sends GOAWAY.
                http.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose();
                await goOn.Task.WaitAsync(http.RequestAborted);
            }

            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("lo"), ScriptedUpstream.Finish, "[DONE]");
        };
        using var first = await gateway.OpenAsync("/api/chat", Chat.Replace("hi", "first", StringComparison.Ordinal));

        var waited = Stopwatch.StartNew();
        while (connections.Distinct().Count() == 1)
        {
            // A request that was sent before GOAWAY arrived is still answered.
            var (status, body, _) = await gateway.PostAsync("/api/chat", Chat);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Contains("\"done\":true", body, StringComparison.Ordinal);
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(10), "no second connection");
        }

        goOn.SetResult();
        Assert.Contains("\"done\":true", await first.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
