using System.Net;

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
}
