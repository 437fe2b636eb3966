using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Dragoman.Endpoints;

/// <summary>
/// The port and the connections that came in by it. It can be closed before they are: whoever connects then is refused
/// by the system and knows that nothing was sent, while the connections that are there are still answered.
/// </summary>
internal sealed class ListeningPort
{
    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Socket? socket;
    private int connections;
    private volatile bool isClosed;

    public Socket Open(EndPoint address) => socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);

    /// <summary>Counts the connections, for Kestrel.</summary>
    public ConnectionDelegate Count(ConnectionDelegate next) => async connection =>
    {
        Interlocked.Increment(ref connections);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            if (Interlocked.Decrement(ref connections) == 0 && isClosed)
                empty.TrySetResult();
        }
    };

    public void Close()
    {
        socket?.Dispose();
        isClosed = true;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref connections) == 0)
            empty.TrySetResult();
    }

    /// <summary>Waits until the other side has closed every connection, once the port is closed.</summary>
    /// <param name="longest">How long.</param>
    /// <param name="hurry">Ends the wait before its time.</param>
    public async Task WaitUntilEmptyAsync(TimeSpan longest, CancellationToken hurry)
    {
        try
        {
            await empty.Task.WaitAsync(longest, hurry).ConfigureAwait(false);
        }
        catch (Exception waited) when (waited is TimeoutException or OperationCanceledException)
        {
            // Whoever stays so long sends nothing any more.
        }
    }
}
