using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Dragoman.Functional.Tests.Harness;
using Xunit;
using Xunit.Abstractions;

namespace Dragoman.Functional.Tests.Access;

/// <summary>Somebody guesses keys as fast as the machine allows. Nobody else is refused.</summary>
public class WrongKeyFloodTests(ITestOutputHelper output)
{
    private const int Guesses = 10_000;
    private const int Connections = 16;
    private const int Asked = 60;

    [Fact]
    public async Task Nobody_else_is_refused()
    {
        await using var keyed = await KeyedStack.StartAsync();
        await keyed.TeamAsync("web");
        var key = await keyed.KeyAsync("web");
        using var client = PlainHttpClient.From("127.0.0.4", keyed.Door);
        await AskAsync(client, key);

        var before = await AskAsync(client, key);
        var watch = Stopwatch.StartNew();
        var flood = FloodAsync(keyed.Stack.Door.Port);
        var during = await AskAsync(client, key);
        // A key that no process has seen must be looked for in the store meanwhile.
        var fresh = await keyed.KeyAsync("web");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, fresh));
        var statuses = await flood;

        output.WriteLine($"{Guesses / watch.Elapsed.TotalSeconds:F0} guesses/s; median {before.TotalMilliseconds:F2} ms before, {during.TotalMilliseconds:F2} ms during: ratio {during / before:F2}");
        Assert.Equal(Guesses, statuses.Values.Sum());
        Assert.Equal(["401", "429"], statuses.Keys.Order());
        // A burst, and one a second after it.
        Assert.InRange(statuses["401"], 1, 2 * (20 + (int)watch.Elapsed.TotalSeconds + 1) + Connections);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, key));
    }

    /// <summary>The median time of requests that must all be answered well.</summary>
    private static async Task<TimeSpan> AskAsync(HttpClient client, string key)
    {
        var times = new List<TimeSpan>();
        for (var number = 0; number < Asked; number++)
        {
            var watch = Stopwatch.StartNew();
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, key));
            times.Add(watch.Elapsed);
        }

        return times.Order().ElementAt(Asked / 2);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string key)
    {
        using var answer = await KeyedStack.SendAsync(client, new HttpRequestMessage(HttpMethod.Get, "/api/ps"), key);
        await answer.Content.LoadIntoBufferAsync();
        return answer.StatusCode;
    }

    private static async Task<ConcurrentDictionary<string, int>> FloodAsync(int port)
    {
        var statuses = new ConcurrentDictionary<string, int>();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(connection => GuessAsync(port, connection, statuses)));
        return statuses;
    }

    /// <summary>Sends the guesses of one connection ahead, without waiting for each answer.</summary>
    private static async Task GuessAsync(int port, int connection, ConcurrentDictionary<string, int> statuses)
    {
        using var client = new TcpClient(new IPEndPoint(IPAddress.Parse("127.0.0.5"), 0));
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        var writing = WriteAsync();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        for (var number = 0; number < Guesses / Connections; number++)
        {
            var status = (await reader.ReadLineAsync().WaitAsync(Eventually.Deadline))!.Split(' ')[1];
            statuses.AddOrUpdate(status, 1, static (_, count) => count + 1);
            var length = 0;
            while (await reader.ReadLineAsync() is { Length: > 0 } line)
            {
                if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                    length = int.Parse(line.AsSpan("Content-Length:".Length));
            }

            var body = new char[length];
            await reader.ReadBlockAsync(body);
        }

        await writing;

        async Task WriteAsync()
        {
            for (var number = 0; number < Guesses / Connections; number++)
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /api/ps HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer guess-{connection}-{number}\r\n\r\n"));
        }
    }
}
