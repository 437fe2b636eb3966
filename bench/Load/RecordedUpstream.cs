using System.Buffers;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Dragoman.Bench.Load;

/// <summary>
/// An upstream that answers every request with a stream in the dialect of the path, which it recorded from the emulator at
/// its start. A flood from the emulator itself would measure how fast the emulator generates text. Every event is a
/// separate HTTP chunk, as from servers that flush each token.
/// </summary>
internal static class RecordedUpstream
{
    private const int WriteSize = 16 * 1024;

    /// <summary>Records, then serves on a free port of 127.0.0.1 until the process gets a stop signal.</summary>
    public static async Task RunAsync(Uri emulator)
    {
        var openAI = await RecordAsync(new Entrance(emulator), ChatDialect.OpenAI);
        var anthropic = await RecordAsync(new Entrance(emulator, TestBed.AnthropicVersion), ChatDialect.Anthropic);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            var recording = context.Request.Path == ChatDialect.Anthropic.Path ? anthropic : openAI;
            // With this header Kestrel leaves the chunk framing to this code.
            context.Response.Headers.TransferEncoding = "chunked";
            context.Response.ContentType = "text/event-stream; charset=utf-8";
            for (var sent = 0; sent < recording.Length; sent += WriteSize)
            {
                var part = recording.AsMemory(sent, Math.Min(WriteSize, recording.Length - sent));
                await context.Response.BodyWriter.WriteAsync(part, context.RequestAborted);
            }
        });
        await app.StartAsync();
        Console.WriteLine($"dragoman-bench listening on {app.Urls.First()}");
        await app.WaitForShutdownAsync();
    }

    private static async Task<byte[]> RecordAsync(Entrance emulator, ChatDialect dialect)
    {
        using var client = new ChatClient(emulator, dialect);
        return FrameEvents(await client.KeepAsync(dialect.Ask(Workload.Flood, "Tell me everything.", stream: true), CancellationToken.None));
    }

    private static byte[] FrameEvents(ReadOnlySpan<byte> stream)
    {
        var framed = new ArrayBufferWriter<byte>(stream.Length * 2);
        while (stream.IndexOf("\n\n"u8) is var end and >= 0)
        {
            var length = end + 2;
            framed.Write(Encoding.ASCII.GetBytes($"{length:x}\r\n"));
            framed.Write(stream[..length]);
            framed.Write("\r\n"u8);
            stream = stream[length..];
        }

        framed.Write("0\r\n\r\n"u8);
        return framed.WrittenSpan.ToArray();
    }
}
