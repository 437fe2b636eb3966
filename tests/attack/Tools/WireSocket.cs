using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dragoman.Attack.Tools;

/// <summary>A WebSocket client that builds every frame by hand.</summary>
internal sealed class WireSocket : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly TcpClient client = new() { NoDelay = true };
    private readonly List<byte> unread = [];

    /// <summary>The received close code. Null until it arrives.</summary>
    public int? CloseCode { get; private set; }

    public static async Task<WireSocket> ConnectAsync(Uri address, string path, params string[] headers)
    {
        var socket = new WireSocket();
        var head = await socket.HandshakeAsync(address, path, headers);
        return head.StartsWith("HTTP/1.1 101", StringComparison.Ordinal) ? socket : throw new InvalidOperationException(head);
    }

    /// <summary>Sends a handshake and returns the head of the answer.</summary>
    public async Task<string> HandshakeAsync(Uri address, string path, params string[] headers)
    {
        await client.ConnectAsync(IPAddress.Parse(address.Host), address.Port);
        string[] usual = [$"Host: {address.Authority}", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
        var all = usual.Where(line => !headers.Any(header => header.Split(':')[0] == line.Split(':')[0])).Concat(headers);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"GET {path} HTTP/1.1\r\n{string.Concat(all.Select(line => line + "\r\n"))}\r\n"));
        using var deadline = new CancellationTokenSource(Patience);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await client.GetStream().ReadAsync(one, deadline.Token) > 0)
            head.Append((char)one[0]);
        return head.ToString();
    }

    /// <summary>Sends a masked frame.</summary>
    /// <param name="first">The first byte: 0x81 for a whole text, 0x01 for its first part, 0x00 for a further part, 0x80 for its last part.</param>
    /// <param name="payload">The payload, sent unchanged because the mask is zero.</param>
    /// <param name="announced">The length in the head. The payload's length when null.</param>
    /// <param name="isMasked">Whether the frame is masked, which is required of clients.</param>
    /// <returns>False when the other side accepts no more.</returns>
    public async Task<bool> TrySendFrameAsync(byte first, byte[] payload, ulong? announced = null, bool isMasked = true)
    {
        var head = new byte[14];
        head[0] = first;
        head[1] = (byte)((isMasked ? 0x80 : 0) | 127);
        BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(2), announced ?? (ulong)payload.Length);
        var length = isMasked ? 14 : 10;
        // Strict readers reject a short frame with a long head.
        if ((announced ?? (ulong)payload.Length) < 126)
        {
            head[1] = (byte)((isMasked ? 0x80 : 0) | payload.Length);
            length = isMasked ? 6 : 2;
        }
        else if ((announced ?? (ulong)payload.Length) < 65536)
        {
            head[1] = (byte)((isMasked ? 0x80 : 0) | 126);
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)(announced ?? (ulong)payload.Length));
            length = isMasked ? 8 : 4;
        }

        if (isMasked)
            head.AsSpan(length - 4, 4).Clear();
        return await TrySendAsync([.. head[..length], .. payload]);
    }

    public async Task<bool> TrySendAsync(byte[] bytes)
    {
        try
        {
            using var deadline = new CancellationTokenSource(Patience);
            await client.GetStream().WriteAsync(bytes, deadline.Token);
            return true;
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Reads frames for a while, and answers pings.</summary>
    /// <returns>Whether the other side has closed.</returns>
    public async Task<bool> AnswerPingsAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            while (await ReadFrameAsync(deadline.Token) is var (opcode, payload))
            {
                if (opcode == 9)
                    await TrySendFrameAsync(0x8A, payload);
                if (opcode == 8)
                    return true;
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Reads until a close frame or the end, and returns the received texts.</summary>
    public async Task<List<string>> ReadToEndAsync(TimeSpan? within = null, Func<string, bool>? isLast = null)
    {
        using var deadline = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(10));
        var texts = new List<string>();
        try
        {
            while (await ReadFrameAsync(deadline.Token) is var (opcode, payload))
            {
                if (opcode == 1)
                    texts.Add(Encoding.UTF8.GetString(payload));
                if (opcode == 8 || (opcode == 1 && isLast?.Invoke(texts[^1]) == true))
                    break;
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The texts received until then are the result.
        }

        return texts;
    }

    public void Dispose() => client.Dispose();

    /// <returns>Null at the end of the connection.</returns>
    private async Task<(int Opcode, byte[] Payload)?> ReadFrameAsync(CancellationToken cancellation)
    {
        // A canceled read loses nothing: received bytes stay in the list until the frame is complete.
        while (true)
        {
            if (TryTakeFrame() is { } frame)
            {
                if (frame.Opcode == 8 && frame.Payload.Length >= 2)
                    CloseCode = BinaryPrimitives.ReadUInt16BigEndian(frame.Payload);
                return frame;
            }

            var buffer = new byte[64 * 1024];
            var count = await client.GetStream().ReadAsync(buffer, cancellation);
            if (count == 0)
                return null;
            unread.AddRange(buffer.AsSpan(0, count));
        }
    }

    private (int Opcode, byte[] Payload)? TryTakeFrame()
    {
        if (unread.Count < 2)
            return null;
        var (length, head) = (unread[1] & 0x7F) switch { 126 => (-1L, 4), 127 => (-1L, 10), var small => ((long)small, 2) };
        if (unread.Count < head)
            return null;
        if (length < 0)
            length = head == 4 ? (unread[2] << 8) | unread[3] : unread.Skip(2).Take(8).Aggregate(0L, (sum, each) => (sum << 8) | each);
        if (unread.Count < head + length)
            return null;
        var frame = (unread[0] & 0x0F, unread.Skip(head).Take((int)length).ToArray());
        unread.RemoveRange(0, head + (int)length);
        return frame;
    }
}
