using System.Net;
using System.Net.Sockets;
using Dragoman.Infra.Tests.Tools;

namespace Dragoman.Infra.Tests;

/// <summary><c>infra/smoke.sh</c>, against a server that answers like a gateway or does not.</summary>
public class SmokeTests
{
    [Theory]
    [InlineData(200, 200, 401, 0, "is there, is ready, and refuses")]
    [InlineData(200, 503, 401, 1, "/ready answered 503; it must be 200")]
    [InlineData(404, 200, 401, 1, "/health answered 404; it must be 200")]
    [InlineData(200, 200, 200, 1, "answered 200 to a caller without a key; it must be 401")]
    public async Task It_accepts_only_a_gateway_that_is_ready_and_closed(int health, int ready, int models, int status, string says)
    {
        using var server = Start(out var address);
        var answers = AnswerAsync(server, new() { ["/health"] = health, ["/ready"] = ready, ["/v1/models"] = models });

        var result = await RunAsync(address);

        server.Stop();
        await answers;
        Assert.Equal(status, result.Status);
        Assert.Contains(says, result.Everything, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com")]
    public async Task It_needs_an_address(string address)
    {
        var result = await RunAsync(address);

        Assert.Equal(1, result.Status);
        Assert.Contains("https://", result.Everything, StringComparison.Ordinal);
    }

    private static Task<CommandResult> RunAsync(string address) => Command.RunAsync(
        "bash", [Path.Combine(Repository.Infra, "smoke.sh"), address], Repository.Root,
        [new("SMOKE_SECONDS", "0"), new("no_proxy", "127.0.0.1")]);

    /// <summary>Listens at a free port; another process may take it between two steps, so it tries again.</summary>
    private static HttpListener Start(out string address)
    {
        while (true)
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
            free.Stop();
            var server = new HttpListener { Prefixes = { $"{address}/" } };
            try
            {
                server.Start();
                return server;
            }
            catch (HttpListenerException)
            {
                server.Close();
            }
        }
    }

    private static async Task AnswerAsync(HttpListener server, Dictionary<string, int> statuses)
    {
        try
        {
            while (true)
            {
                var exchange = await server.GetContextAsync();
                exchange.Response.StatusCode = statuses[exchange.Request.Url!.AbsolutePath];
                exchange.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The test has stopped it.
        }
    }
}
