using System.Net;
using System.Net.Sockets;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>A server that accepts no connection. Its queue is full, so that a client waits for its connection.</summary>
internal sealed class DeafServer : IDisposable
{
    /// <summary>Linux queues one connection more than the backlog and drops further ones.</summary>
    private const int Waiting = 4;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(200);

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> waiting = [];

    private DeafServer()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
    }

    public Uri Address => new($"http://{listener.LocalEndPoint}");

    public static async Task<DeafServer> StartAsync()
    {
        var server = new DeafServer();
        for (var count = 0; count < Waiting; count++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            server.waiting.Add(socket);
            var connecting = socket.ConnectAsync(server.listener.LocalEndPoint!);
            if (await Task.WhenAny(connecting, Task.Delay(Moment)) != connecting)
                return server;
        }

        throw new InvalidOperationException("the queue did not fill up");
    }

    public void Dispose()
    {
        foreach (var socket in waiting)
            socket.Dispose();
        listener.Dispose();
    }
}
