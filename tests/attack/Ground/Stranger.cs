using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dragoman.Attack.Ground;

/// <summary>A server that no request may ever reach. It records what it receives, and answers so well that a caller would not notice.</summary>
internal sealed class Stranger : IDisposable
{
    private const string Picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private readonly SocketServer server;
    private readonly ConcurrentQueue<string> received = new();
    private int connections;

    private Stranger(string address, int port) => server = new SocketServer(IPAddress.Parse(address), port, ServeAsync);

    public int Port => server.Endpoint.Port;

    /// <summary>The number of connections, whether or not anything was sent.</summary>
    public int Connections => connections;

    /// <summary>The received requests.</summary>
    public IReadOnlyCollection<string> Received => received;

    /// <returns>Null when the address or the port may not be used here.</returns>
    public static Stranger? TryStart(string address, int port = 0)
    {
        try
        {
            return new Stranger(address, port);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    public void Dispose() => server.Dispose();

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        Interlocked.Increment(ref connections);
        using var held = client;
        try
        {
            var buffer = new byte[64 * 1024];
            var count = await client.GetStream().ReadAsync(buffer, stop);
            var text = Encoding.Latin1.GetString(buffer, 0, count);
            received.Enqueue(text);
            var answer = text.StartsWith("GET", StringComparison.Ordinal)
                ? ("image/png", Convert.FromBase64String(Picture))
                : ("application/json", Encoding.UTF8.GetBytes(ProviderAnswers.Whole(Shape.Gemini, "the stranger's answer")));
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {answer.Item1}\r\nConnection: close\r\nContent-Length: {answer.Item2.Length}\r\n\r\n"), stop);
            await client.GetStream().WriteAsync(answer.Item2, stop);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The caller has disconnected.
        }
    }
}
