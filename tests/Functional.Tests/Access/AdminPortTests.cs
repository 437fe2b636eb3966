using System.Net;
using System.Net.Http.Headers;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Access;

/// <summary>The administration: through nginx, or on a port of its own that a firewall can close.</summary>
public class AdminPortTests
{
    private static readonly string[] Paths = ["/dragoman/teams", "/dragoman/keys", "/dragoman/audit", "/dragoman/requests", "/dragoman/teams/"];

    [Fact]
    public async Task With_a_port_of_its_own_no_other_serves_it_but_whoami()
    {
        var port = FreePort.Find();
        await using var keyed = await KeyedStack.StartAsync($$"""{"adminPort":{{port}} }""");
        using var admin = PlainHttpClient.For(new Uri($"http://127.0.0.1:{port}"));
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", KeyedStack.AdminKey);

        foreach (var path in Paths)
        {
            foreach (var client in new[] { keyed.Stack.Client, keyed.Stack.Sidecar.Client, keyed.Stack.Functions!.Client })
            {
                using var hidden = await KeyedStack.SendAsync(client, new HttpRequestMessage(HttpMethod.Get, path), KeyedStack.AdminKey);
                Assert.True(hidden.StatusCode == HttpStatusCode.NotFound, $"{client.BaseAddress} {path}: {(int)hidden.StatusCode}");
            }
        }

        using var team = await admin.SendAsync(Requests.Post("/dragoman/teams", """{"id":"web"}"""));
        Assert.Equal(HttpStatusCode.Created, team.StatusCode);
        using var created = await admin.SendAsync(Requests.Post("/dragoman/keys", """{"team":"web"}"""));
        var key = (await created.JsonAsync()).GetProperty("key").GetString()!;
        Assert.Equal(HttpStatusCode.OK, await keyed.StatusAsync(Requests.OllamaChat(stream: true), key));
        Assert.Equal(HttpStatusCode.OK, await keyed.StatusAsync(Requests.OllamaChat(stream: false), key));

        using var health = await admin.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        using var chat = await admin.SendAsync(Requests.OllamaChat(stream: true));
        Assert.Equal(HttpStatusCode.NotFound, chat.StatusCode);
    }

    [Theory]
    [InlineData("/dragoman/teams")]
    [InlineData("/dragoman/whoami")]
    public async Task Without_one_it_is_at_every_port_and_asks_for_its_key(string path)
    {
        await using var keyed = await KeyedStack.StartAsync();
        await keyed.TeamAsync("web");
        var key = await keyed.KeyAsync("web");
        foreach (var client in new[] { keyed.Stack.Client, keyed.Stack.Sidecar.Client })
        {
            using var refused = await KeyedStack.SendAsync(client, new HttpRequestMessage(HttpMethod.Get, path), null);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
            using var allowed = await KeyedStack.SendAsync(client, new HttpRequestMessage(HttpMethod.Get, path), KeyedStack.AdminKey);
            Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
            using var member = await KeyedStack.SendAsync(client, new HttpRequestMessage(HttpMethod.Get, path), key);
            Assert.Equal(path.EndsWith("whoami", StringComparison.Ordinal) ? HttpStatusCode.OK : HttpStatusCode.Forbidden, member.StatusCode);
        }

        // The administrator has no team, so that nothing would count what the key is used for.
        Assert.Equal(HttpStatusCode.Forbidden, await keyed.StatusAsync(Requests.OllamaChat(stream: true), KeyedStack.AdminKey));
    }
}
