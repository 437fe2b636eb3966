using System.Net.WebSockets;
using System.Text;
using Dragoman.WebSockets;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.WebSockets;

/// <summary>The output of endpoints becomes the same messages, however it is split.</summary>
public sealed class MessageBodyTests
{
    private const string Events = "event: a\r\ndata: {\"n\":1}\n\n: keep-alive\n\ndata: {\"t\":\"ü\\n\"}\n\ndata: [DONE]\n\n";
    private const string Lines = "{\"n\":1}\n{\"t\":\"ü\\n\"}\r\n{\"done\":true}";

    /// <summary>A content type, a status, the written text, and the messages.</summary>
    public static TheoryData<string, int, string, string[]> Bodies => new()
    {
        { "text/event-stream; charset=utf-8", 200, Events, ["""{"n":1,"headers":{"x-a":"b"},"request_id":7}""", """{"t":"ü\n","request_id":7}""", """{"object":"chat.completion.done","request_id":7}"""] },
        { "application/x-ndjson", 200, Lines, ["""{"n":1,"headers":{"x-a":"b"},"request_id":7}""", """{"t":"ü\n","request_id":7}""", """{"done":true,"request_id":7}"""] },
        { "application/json; charset=utf-8", 200, "{\n  \"whole\": [1]\n}\n", ["{\n  \"whole\": [1]\n,\"headers\":{\"x-a\":\"b\"},\"request_id\":7}"] },
        { "application/json; charset=utf-8", 200, "{ }", ["""{ "headers":{"x-a":"b"},"request_id":7}"""] },
        { "application/json; charset=utf-8", 418, """{"error":"tea"}""", ["""{"error":"tea","status":418,"headers":{"x-a":"b"},"request_id":7}"""] },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Every_split_gives_the_same_messages(string type, int status, string written, string[] messages)
    {
        var bytes = Encoding.UTF8.GetBytes(written);
        for (var at = 0; at <= bytes.Length; at++)
            Assert.Equal(messages, await SendAsync(type, status, [bytes[..at], bytes[at..]]));
        Assert.Equal(messages, await SendAsync(type, status, [.. bytes.Select(each => new[] { each })]));
    }

    [Fact]
    public async Task An_event_leaves_as_soon_as_it_is_whole_and_all_of_a_write_together()
    {
        var wire = new CountingStream();
        await using var frames = new FrameStream(wire);
        using var socket = WebSocket.CreateFromStream(frames, new WebSocketCreationOptions { IsServer = true });
        using var sender = new MessageSender(socket, frames);
        using var body = BodyOf(sender, "text/event-stream", 200);
        await body.WriteAsync("data: {\"n\":1}\n\ndata: {\"n\":2}\n\ndata: {\"n\":"u8.ToArray());
        Assert.Equal((1, 2), (wire.Writes, Read(wire.ToArray()).Count));
        await body.WriteAsync("3}\n\n"u8.ToArray());
        Assert.Equal((2, 3), (wire.Writes, Read(wire.ToArray()).Count));
        await body.WriteAsync(": keep-alive\n\n"u8.ToArray());
        Assert.Equal(2, wire.Writes);
    }

    private static MessageBody BodyOf(MessageSender sender, string type, int status)
    {
        var response = new MessageResponse("id", () => { }, default) { StatusCode = status };
        response.Headers["X-A"] = "b";
        response.Headers.ContentType = type;
        response.Headers.CacheControl = "no-cache";
        var session = new ChatSession();
        var message = session.Read("""{"request_id":7}"""u8.ToArray());
        return response.Messages = new MessageBody(sender, session.Open(message, "id"), ",\"request_id\":7"u8.ToArray(), default) { Response = response };
    }

    private static async Task<List<string>> SendAsync(string type, int status, byte[][] slices)
    {
        var wire = new CountingStream();
        await using var frames = new FrameStream(wire);
        using var socket = WebSocket.CreateFromStream(frames, new WebSocketCreationOptions { IsServer = true });
        using var sender = new MessageSender(socket, frames);
        using var body = BodyOf(sender, type, status);
        foreach (var slice in slices)
            await body.WriteAsync(slice);
        await body.EndAsync();
        return Read(wire.ToArray());
    }

    /// <summary>The texts of a server's frames (RFC 6455, section 5.2). Each is complete, and none is masked.</summary>
    private static List<string> Read(ReadOnlySpan<byte> frames)
    {
        var messages = new List<string>();
        while (!frames.IsEmpty)
        {
            Assert.Equal(0x81, frames[0]);
            int length = frames[1];
            Assert.InRange(length, 0, 125);
            messages.Add(Encoding.UTF8.GetString(frames.Slice(2, length)));
            frames = frames[(2 + length)..];
        }

        return messages;
    }

    private sealed class CountingStream : MemoryStream
    {
        public int Writes { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
