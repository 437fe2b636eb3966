using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dragoman.Bench.Streams;

/// <summary>
/// An upstream that answers every request with a stream of one token per second, for very many streams at once. All streams
/// share one timer and prepared bytes, in which only the token's number and time change.
/// </summary>
internal static class PacedUpstream
{
    /// <summary>The limit of streams per connection, as in real servers.</summary>
    private const int StreamsOfConnection = 100;

    /// <summary>Serves on a free port of 127.0.0.1 until the process gets a stop signal.</summary>
    /// <param name="tokens">The number of tokens of each stream.</param>
    /// <param name="protocol">The version of HTTP. HTTP/2 is used without TLS and without an upgrade.</param>
    public static async Task RunAsync(int tokens, HttpProtocols protocol)
    {
        using var wheel = new PacedWheel(tokens);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsOfConnection;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocol);
        });
        builder.WebHost.UseSockets(sockets => sockets.Backlog = 4096);
        await using var app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            context.Response.ContentType = "text/event-stream; charset=utf-8";
            var stream = new PacedStream(PacedEvents.OfPath(context.Request.Path.Value ?? ""), context.Response.BodyWriter, context.RequestAborted);
            wheel.Add(stream);
            await stream.Over;
        });
        await app.StartAsync();
        Console.WriteLine($"dragoman-bench listening on {app.Urls.First()}");
        await app.WaitForShutdownAsync();
    }
}
