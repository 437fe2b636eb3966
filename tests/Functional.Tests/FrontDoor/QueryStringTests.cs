using System.Net;
using System.Net.Sockets;
using System.Text;
using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>A query string may carry a key, so nginx never logs one, whatever goes wrong.</summary>
public class QueryStringTests
{
    private const string Secret = "sentinel-in-the-query";

    private static readonly string Query = $"?key={Secret}";

    [Fact]
    public async Task No_log_of_nginx_has_any_of_it()
    {
        await using var stack = await DoorWithUpstreams.StartAsync(Answer, Answer, settings: new Dictionary<string, string?>
        {
            ["DRAGOMAN_CLIENT_REQUESTS"] = "1",
            ["DRAGOMAN_TRUSTED_PROXY"] = "127.0.0.0/8",
        });
        var port = stack.Door.Port;

        // Requests that make nginx log a warning or an error, ordered by the place in nginx that logs it.
        await SendAsync(port, $"GET /api/tags{Query} HTTP/1.1\r\nHost: h\r\nReferer: http://h/{Query}\r\n");
        await SendAsync(port, $"POST /api/chat{Query} HTTP/1.1\r\nHost: h\r\nContent-Length: 400000\r\n", new string('x', 400_000));
        await SendAsync(port, $"POST /api/chat{Query} HTTP/1.1\r\nHost: h\r\nContent-Length: 40000000\r\n");
        await SendAsync(port, $"POST /api/chat{Query} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n", "zz\r\n");
        await SendAsync(port, $"POST /api/chat{Query} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n");
        await SendAsync(port, $"GET /api/tags{Query}{new string('u', 40_000)} HTTP/1.1\r\nHost: h\r\n");
        await SendAsync(port, $"GET /api/tags{Query} HTTP/1.1\r\nHost: h\r\nX-Big: {new string('h', 40_000)}\r\n");
        await SendAsync(port, $"GET /api/tags{Query} HTTP/1.1\r\nHost: h\r\nX Bad: {Secret}\r\n");
        await SendAsync(port, $"GET /api/tags{Query} HTTP/1.1\r\nHost: a\r\nHost: {Secret}\r\n");
        await SendAsync(port, $"GET /api/tags{Query} HTTP/1.1\r\n");
        await SendAsync(port, $"GET /api/tags{Query} HTTP/9.9\r\nHost: h\r\n");
        await SendAsync(port, $"GET /api/tags{Query} and more HTTP/1.1\r\nHost: h\r\n");
        await SendAsync(port, $"GET /api/tags#{Query} HTTP/1.1\r\nHost: h\r\n");
        await SendAsync(port, $"GET http://h/api/tags{Query} HTTP/1.1\r\nHost: h\r\n");
        await SendAsync(port, $"TRACE /api/tags{Query} HTTP/1.1\r\nHost: h\r\n");
        await SendAsync(port, $"GET /.dragoman/error{Query} HTTP/1.1\r\nHost: h\r\n");
        await SendAsync(port, $"GET /%{Query} HTTP/1.1\r\nHost: h\r\n");
        // Answers that nginx cannot use, and one that redirects it in circles.
        foreach (var fault in new[] { "abort", "nowhere", "huge", "half", "circle" })
        {
            await SendAsync(port, $"GET /api/chat{Query}&{fault} HTTP/1.1\r\nHost: h\r\n");
            await SendAsync(port, $"POST /api/embed{Query}&{fault} HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n", "{}");
        }

        // Clients that disconnect, and clients beyond their share.
        using (var slow = new TcpClient())
        {
            await slow.ConnectAsync(IPAddress.Loopback, port);
            await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /api/chat{Query} HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n"));
            await slow.GetStream().ReadExactlyAsync(new byte[12]).AsTask().WaitAsync(Eventually.Deadline);
            await SendAsync(port, $"GET /api/chat{Query} HTTP/1.1\r\nHost: h\r\n");
            await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes("{"));
        }

        // The processes behind nginx have ended.
        await SendAsync(port, $"POST /api/chat{Query} HTTP/1.1\r\nHost: h\r\nContent-Length: 400000\r\n", new string('x', 400_000));
        await stack.Sidecar.DisposeAsync();
        await stack.Functions.DisposeAsync();
        await SendAsync(port, $"POST /api/chat{Query} HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n", "{}");
        await SendAsync(port, $"GET /live{Query} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n");
        await SendAsync(port, $"GET /last{Query} HTTP/1.1\r\nHost: h\r\nX-Request-Id: last\r\n");

        Assert.Equal(502, (await stack.Door.AccessLogAsync("last")).GetProperty("status").GetInt32());
        Assert.DoesNotContain(Secret, await stack.Door.AccessLogTextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await stack.Door.TerminateAsync());
        Assert.DoesNotContain(Secret, stack.Door.ErrorLog, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(stack.Door.DirectoryPath, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(Secret, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_looks_for_a_fault_can_have_nginxs_own_words()
    {
        using var log = new ScratchDirectory();
        await using var stack = await DoorWithUpstreams.StartAsync(settings: new Dictionary<string, string?> { ["DRAGOMAN_REQUEST_ERROR_LOG"] = log.File("requests.log") });
        await stack.Sidecar.DisposeAsync();

        await SendAsync(stack.Door.Port, "GET /api/chat HTTP/1.1\r\nHost: h\r\n");

        Assert.Contains("Connection refused", await File.ReadAllTextAsync(log.File("requests.log")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_access_log_says_that_a_process_could_not_be_connected_to()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();
        await stack.Sidecar.DisposeAsync();

        await SendAsync(stack.Door.Port, "POST /api/chat HTTP/1.1\r\nHost: h\r\nX-Request-Id: refused\r\nContent-Length: 2\r\n", "{}");

        var line = await stack.Door.AccessLogAsync("refused");
        Assert.Equal("error", line.GetProperty("refused").GetString());
        Assert.Equal("502", line.GetProperty("upstream_status").GetString());
        Assert.Equal("-", line.GetProperty("upstream_connect_seconds").GetString());
    }

    private static async Task SendAsync(int port, string head, string body = "") =>
        await RawHttp.ExchangeAsync(port, $"{head}{(head.Contains("Connection:", StringComparison.Ordinal) ? "" : "Connection: close\r\n")}\r\n{body}", nothingMoreToSend: true);

    private static async Task Answer(HttpContext context)
    {
        switch (context.Request.QueryString.Value!.Split('&')[^1])
        {
            case "abort":
                context.Abort();
                break;
            case "huge":
                context.Response.Headers["X-Huge"] = new string('a', 20_000);
                break;
            case "nowhere":
                context.Response.Headers["X-Accel-Redirect"] = "@nowhere";
                break;
            case "circle":
                context.Response.Headers["X-Accel-Redirect"] = "@functions";
                break;
            case "half":
                context.Response.ContentLength = 100;
                await context.Response.WriteAsync("half");
                await context.Response.Body.FlushAsync();
                context.Abort();
                break;
        }
    }
}
