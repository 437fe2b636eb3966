using System.Net;
using System.Net.Sockets;

namespace Dragoman.Attack.Ground;

/// <summary>Accepts connections until it is disposed, and passes each of them to a callback.</summary>
internal sealed class SocketServer : IDisposable
{
    /// <summary>The most connections that may wait to be accepted.</summary>
    private const int MostWaiting = 4096;

    private readonly TcpListener listener;
    private readonly CancellationTokenSource stop = new();
    private readonly Func<TcpClient, CancellationToken, Task> serve;

    /// <param name="address">The address to listen at.</param>
    /// <param name="port">The port, or 0 for a free one.</param>
    /// <param name="serve">The callback, which owns the connection. Its token is canceled when the server is disposed.</param>
    /// <exception cref="SocketException">The address or the port may not be used here.</exception>
    public SocketServer(IPAddress address, int port, Func<TcpClient, CancellationToken, Task> serve)
    {
        this.serve = serve;
        listener = new TcpListener(address, port);
        try
        {
            listener.Start(MostWaiting);
        }
        catch (SocketException)
        {
            Dispose();
            throw;
        }

        Endpoint = (IPEndPoint)listener.LocalEndpoint;
        _ = AcceptAsync();
    }

    public IPEndPoint Endpoint { get; }

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
                _ = serve(await listener.AcceptTcpClientAsync(stop.Token), stop.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server is being disposed.
        }
    }
}
