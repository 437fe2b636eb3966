using System.Net;
using System.Net.Sockets;
using System.Text;
using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>No single address can use up all of nginx's connections or all of its room for large bodies.</summary>
public sealed class ClientShareTests
{
    private const string Known = "192.0.2.1";
    private const string Other = "192.0.2.2";
    private const string Third = "192.0.2.3";

    [Fact]
    public async Task Slow_bodies_of_one_address_get_its_share_and_no_more()
    {
        await using var stack = await StartAsync(("DRAGOMAN_CLIENT_REQUESTS", "20"));
        using var slow = new SlowBodies(stack.Door.Port);

        var open = await slow.OpenAsync(60, Known, "Content-Length: 1000");

        Assert.Equal(20, open);
        using var refused = await stack.Client.SendAsync(Small("/v1/messages", Known));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter?.Delta);
        Assert.Equal("overloaded_error", (await refused.JsonAsync()).GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("limit", (await stack.Door.AccessLogAsync(refused.RequestId())).GetProperty("refused").GetString());
        Assert.Equal("sidecar", await TextAsync(stack, Small("/v1/messages", Other)));
        using var probe = new HttpRequestMessage(HttpMethod.Get, "/ready");
        probe.Headers.Add("X-Forwarded-For", Known);
        Assert.Equal("sidecar", await TextAsync(stack, probe));

        slow.Leave();
        await Eventually.HoldsAsync(async () => await StatusAsync(stack, Small("/v1/messages", Known)) == 200, () => "it stays refused");
    }

    /// <summary>All addresses of an IPv6 network of 64 bits count as one client.</summary>
    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", 503)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", 200)]
    [InlineData("2001:db8::1", "2001:db8:0:0:a::", 503)]
    public async Task An_ipv6_network_of_64_bits_is_one_address(string first, string second, int status)
    {
        await using var stack = await StartAsync(("DRAGOMAN_CLIENT_REQUESTS", "2"));
        using var slow = new SlowBodies(stack.Door.Port);

        Assert.Equal(2, await slow.OpenAsync(5, first, "Content-Length: 1000"));

        Assert.Equal(status, await StatusAsync(stack, Small("/api/chat", second)));
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked", 3, 6)]
    [InlineData("Content-Length: 30000000", 3, 6)]
    [InlineData("Content-Length: 1000000", 3, 6)]
    [InlineData("Content-Length: 999999", 7, 17)]
    public async Task Large_bodies_have_a_bound_for_each_and_for_all(string head, int share, int most)
    {
        await using var stack = await StartAsync(("DRAGOMAN_LARGE_BODIES", "6"));
        using var slow = new SlowBodies(stack.Door.Port);

        Assert.Equal(share, await slow.OpenAsync(7, Known, head));
        Assert.Equal(share, await slow.OpenAsync(7, Other, head));
        Assert.Equal(most - (2 * share), await slow.OpenAsync(3, Third, head));

        using var small = await stack.Client.SendAsync(Small("/v1/chat/completions", Known));
        Assert.Equal(HttpStatusCode.OK, small.StatusCode);
        slow.Leave();
        await Eventually.HoldsAsync(async () => await StatusAsync(stack, Large("/api/embed", Known)) == 200, () => "it stays refused");
    }

    [Theory]
    [InlineData("Content-Length: 1000")]
    [InlineData("Content-Length: 1000000")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task A_body_of_which_nothing_comes_is_cut_off(string head)
    {
        await using var stack = await StartAsync();
        using var slow = new SlowBodies(stack.Door.Port);

        Assert.Equal(3, await slow.OpenAsync(3, Known, head));

        // client_body_timeout is 10 s.
        await slow.EndedAsync(TimeSpan.FromSeconds(25));
    }

    private static Task<DoorWithUpstreams> StartAsync(params (string Name, string Value)[] settings)
    {
        // nginx counts by the address that a trusted proxy reports, so this header stands in for clients on other machines.
        var environment = new Dictionary<string, string?> { ["DRAGOMAN_TRUSTED_PROXY"] = "127.0.0.0/8" };
        foreach (var (name, value) in settings)
            environment[name] = value;
        return DoorWithUpstreams.StartAsync(sidecar: context => context.Response.WriteAsync("sidecar"), settings: environment);
    }

    private static HttpRequestMessage Small(string path, string client) => Request(path, client, 10);

    private static HttpRequestMessage Large(string path, string client) => Request(path, client, 1_000_000);

    private static HttpRequestMessage Request(string path, string client, int length)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[length]) };
        request.Headers.Add("X-Forwarded-For", client);
        return request;
    }

    private static async Task<string> TextAsync(DoorWithUpstreams stack, HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await stack.Client.SendAsync(request);
            return await answer.Content.ReadAsStringAsync();
        }
    }

    private static async Task<int> StatusAsync(DoorWithUpstreams stack, HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await stack.Client.SendAsync(request);
            return (int)answer.StatusCode;
        }
    }

    /// <summary>Clients that send the beginning of a body and then nothing more.</summary>
    private sealed class SlowBodies(int port) : IDisposable
    {
        private readonly List<TcpClient> clients = [];

        /// <summary>Opens this many connections one after another. Returns how many of them nginx accepts.</summary>
        public async Task<int> OpenAsync(int count, string address, string head)
        {
            var open = 0;
            for (var number = 0; number < count; number++)
            {
                var client = new TcpClient();
                clients.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, port);
                // nginx asks for the body after it has counted the request. When it rejects the request, it does so before.
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                    $"POST /api/chat HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: {address}\r\nExpect: 100-continue\r\n{head}\r\n\r\n"));
                var answer = new byte[12];
                await client.GetStream().ReadExactlyAsync(answer).AsTask().WaitAsync(Eventually.Deadline);
                var isAsked = Encoding.ASCII.GetString(answer) == "HTTP/1.1 100";
                if (isAsked)
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("1"));
                open += isAsked ? 1 : 0;
            }

            return open;
        }

        /// <summary>Waits until nginx has closed every connection.</summary>
        public async Task EndedAsync(TimeSpan within)
        {
            using var deadline = new CancellationTokenSource(within);
            var buffer = new byte[1024];
            foreach (var client in clients)
            {
                try
                {
                    while (await client.GetStream().ReadAsync(buffer, deadline.Token) > 0)
                        continue;
                }
                catch (IOException)
                {
                    // A reset also counts as the end.
                }
            }
        }

        public void Leave()
        {
            foreach (var client in clients)
                client.Close();
        }

        public void Dispose() => Leave();
    }
}
