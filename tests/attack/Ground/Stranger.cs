using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dragoman.Attack.Ground;

/// <summary>A server that nothing of ours may ever reach: it keeps what it is sent, and answers so well that a caller would not notice.</summary>
internal sealed class Stranger : IDisposable
{
    private const string Picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private readonly TcpListener listener;
    private readonly ConcurrentQueue<string> received = new();
    private readonly CancellationTokenSource stop = new();
    private int connections;

    private Stranger(TcpListener listener) => this.listener = listener;

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Connections that were made to it, whether or not anything was sent.</summary>
    public int Connections => connections;

    /// <summary>What was sent to it.</summary>
    public IReadOnlyCollection<string> Received => received;

    /// <returns>Nothing where the address or the port may not be used here.</returns>
    public static Stranger? TryStart(string address, int port = 0)
    {
        var stranger = new Stranger(new TcpListener(IPAddress.Parse(address), port));
        try
        {
            stranger.listener.Start();
        }
        catch (SocketException)
        {
            stranger.Dispose();
            return null;
        }

        _ = stranger.AcceptAsync();
        return stranger;
    }

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is being disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Interlocked.Increment(ref connections);
        using var held = client;
        try
        {
            var buffer = new byte[64 * 1024];
            var count = await client.GetStream().ReadAsync(buffer, stop.Token);
            var text = Encoding.Latin1.GetString(buffer, 0, count);
            received.Enqueue(text);
            var answer = text.StartsWith("GET", StringComparison.Ordinal)
                ? ("image/png", Convert.FromBase64String(Picture))
                : ("application/json", Encoding.UTF8.GetBytes(ProviderAnswers.Whole(Shape.Gemini, "the stranger's answer")));
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {answer.Item1}\r\nConnection: close\r\nContent-Length: {answer.Item2.Length}\r\n\r\n"), stop.Token);
            await client.GetStream().WriteAsync(answer.Item2, stop.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever came has left.
        }
    }
}
