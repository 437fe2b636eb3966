using System.Net;
using Dragoman.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dragoman.Hosting;

/// <summary>
/// Kestrel's sockets, without the connections that exceed the limit of open files (<see cref="OpenFiles"/>): each of them is
/// closed before the next one is accepted. A client that opens too many connections can block the port, but cannot crash the
/// process.
/// </summary>
internal sealed partial class BoundedTransport(IOptions<SocketTransportOptions> options, ILoggerFactory loggers, TimeProvider clock) : IConnectionListenerFactory
{
    private readonly SocketTransportFactory sockets = new(options, loggers);
    private readonly ILogger log = loggers.CreateLogger<BoundedTransport>();

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await sockets.BindAsync(endpoint, cancellationToken).ConfigureAwait(false), log, clock);

    private sealed partial class Listener(IConnectionListener inner, ILogger log, TimeProvider clock) : IConnectionListener
    {
        private static readonly TimeSpan BetweenWords = TimeSpan.FromSeconds(10);

        private int connections;
        private long? toldAt;

        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                var connection = await inner.AcceptAsync(cancellationToken).ConfigureAwait(false);
                if (connection?.Features.Get<IConnectionSocketFeature>() is not { } accepted)
                    return connection;
                if (OpenFiles.HasRoomFor(accepted.Socket, Volatile.Read(ref connections)))
                {
                    Interlocked.Increment(ref connections);
                    connection.ConnectionClosed.UnsafeRegister(static listener => Interlocked.Decrement(ref ((Listener)listener!).connections), this);
                    return connection;
                }

                Tell();
                connection.Abort();
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private void Tell()
        {
            if (toldAt is { } before && clock.GetElapsedTime(before) < BetweenWords)
                return;
            toldAt = clock.GetTimestamp();
            LogNoRoom(log, OpenFiles.Most);
        }

        [LoggerMessage(LogLevel.Warning, "clients are turned away: nearly all of the {Most} files that this process may open are open; docs/limits.md describes how to raise the limit")]
        private static partial void LogNoRoom(ILogger log, long most);
    }
}
