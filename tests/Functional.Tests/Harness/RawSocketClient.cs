using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>A WebSocket client that exposes every frame. The test controls its reads and its answers to pings.</summary>
internal sealed class RawSocketClient : IDisposable
{
    private readonly CancellationTokenSource deadline;
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
    private NetworkStream stream = null!;

    private RawSocketClient(TimeSpan longest) => deadline = new(longest);

    /// <param name="port">The server's port.</param>
    /// <param name="path">The endpoint's path.</param>
    /// <param name="longest">The time limit for everything that the client does. <see cref="Eventually.Deadline"/> by default.</param>
    public static async Task<RawSocketClient> ConnectAsync(int port, string path, TimeSpan? longest = null)
    {
        var client = new RawSocketClient(longest ?? Eventually.Deadline);
        await client.socket.ConnectAsync(IPAddress.Loopback, port, client.deadline.Token);
        client.stream = new NetworkStream(client.socket);
        var handshake = $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        await client.stream.WriteAsync(Encoding.ASCII.GetBytes(handshake), client.deadline.Token);
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            head.Append((char)(await client.ReadAsync(1))[0]);
        if (!head.ToString().StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal))
            throw new InvalidOperationException(head.ToString());
        return client;
    }

    /// <summary>Sends a short text.</summary>
    public async Task SendAsync(string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)payload.Length);
        // A mask of zeros leaves the payload unchanged.
        await stream.WriteAsync((byte[])[0x81, 0x80 | 126, .. length, 0, 0, 0, 0, .. payload], deadline.Token);
    }

    /// <summary>Begins a text message of this many bytes, which <see cref="SendRawAsync"/> sends.</summary>
    public async Task BeginAsync(long length)
    {
        var announced = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(announced, length);
        await stream.WriteAsync((byte[])[0x81, 0x80 | 127, .. announced, 0, 0, 0, 0], deadline.Token);
    }

    /// <summary>Sends raw bytes.</summary>
    public ValueTask SendRawAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes, deadline.Token);

    /// <summary>Answers a ping.</summary>
    public async Task PongAsync(byte[] payload) =>
        await stream.WriteAsync((byte[])[0x8A, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload], deadline.Token);

    /// <summary>The next frame's opcode and payload.</summary>
    public async Task<(int Opcode, byte[] Payload)> ReadFrameAsync()
    {
        var head = await ReadAsync(2);
        int length = head[1];
        if (length == 126)
            length = BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2));
        return (head[0] & 0x0F, await ReadAsync(length));
    }

    /// <summary>Reads until the other side has closed, and returns the number of bytes.</summary>
    public async Task<long> DrainAsync()
    {
        var buffer = new byte[64 * 1024];
        var total = 0L;
        try
        {
            while (await stream.ReadAsync(buffer, deadline.Token) is var count && count > 0)
                total += count;
        }
        catch (IOException)
        {
            // A closed connection may end in a reset.
        }

        return total;
    }

    public void Dispose()
    {
        stream?.Dispose();
        socket.Dispose();
        deadline.Dispose();
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, deadline.Token);
        return bytes;
    }
}
