using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>A client whose reads and disconnection the test controls.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[64 * 1024];

    private RawClient(int? receiveBuffer)
    {
        if (receiveBuffer is { } size)
            socket.ReceiveBufferSize = size;
    }

    /// <summary>Bytes read so far.</summary>
    public long Received { get; private set; }

    /// <param name="door">The server's address.</param>
    /// <param name="request">The request, whose path, headers and body are sent.</param>
    /// <param name="receiveBuffer">The size of the socket's receive buffer in bytes. The system's default when null.</param>
    public static async Task<RawClient> SendAsync(Uri door, HttpRequestMessage request, int? receiveBuffer = null)
    {
        var client = new RawClient(receiveBuffer);
        await client.socket.ConnectAsync(IPAddress.Loopback, door.Port);
        var body = await request.Content!.ReadAsStringAsync();
        var head = new StringBuilder($"POST {request.RequestUri} HTTP/1.1\r\nHost: {door.Authority}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n");
        foreach (var (name, values) in request.Headers)
            head.Append($"{name}: {string.Join(", ", values)}\r\n");
        await client.socket.SendAsync(Encoding.UTF8.GetBytes($"{head}\r\n{body}"));
        return client;
    }

    /// <summary>Reads at least this many further bytes, or fewer at the end.</summary>
    public async Task<string> ReadAsync(long atLeast)
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        var text = new StringBuilder();
        for (long read = 0; read < atLeast;)
        {
            var count = await socket.ReceiveAsync(buffer, deadline.Token);
            if (count == 0)
                break;
            read += count;
            Received += count;
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    /// <summary>Reads until the text was received.</summary>
    public async Task<string> ReadUntilAsync(string wanted)
    {
        var text = "";
        while (!text.Contains(wanted, StringComparison.Ordinal))
        {
            var more = await ReadAsync(1);
            text += more.Length > 0 ? more : throw new InvalidDataException($"ended without \"{wanted}\": {text}");
        }

        return text;
    }

    /// <summary>Closes the connection with FIN or RST and returns the time as a timestamp of <see cref="Stopwatch"/>.</summary>
    public long Leave(bool byReset)
    {
        if (byReset)
            socket.LingerState = new LingerOption(true, 0);
        var now = Stopwatch.GetTimestamp();
        if (!byReset)
            socket.Shutdown(SocketShutdown.Both);
        socket.Close();
        return now;
    }

    public void Dispose() => socket.Dispose();
}
