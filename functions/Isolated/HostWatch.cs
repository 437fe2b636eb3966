using System.Net.Sockets;
using Microsoft.Extensions.Hosting;

namespace Dragoman.Functions.Isolated;

/// <summary>
/// Ends the worker when the host that started it is gone. The framework does not notice: it would wait for messages for ever
/// (specs/functions-worker.md 3).
/// </summary>
/// <remarks>
/// It keeps a connection open to the port on which the host listens for workers, and sends nothing on it. A host closes such a
/// connection only after minutes; when the host dies, the system closes it at once. Only when no new connection can be opened
/// either, several times, is the host gone. The parent process would be a poorer sign: a script may stand between the two.
/// </remarks>
/// <param name="host">The address on which the host listens for workers.</param>
/// <param name="lifetime">Ends the process.</param>
/// <param name="clock">Measures the pauses.</param>
internal sealed class HostWatch(Uri host, IHostApplicationLifetime lifetime, TimeProvider clock) : BackgroundService
{
    /// <summary>The number of connections that have to fail one after another.</summary>
    private const int FailuresUntilGone = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            for (var failures = 0; failures < FailuresUntilGone;)
            {
                failures = await StaysConnectedAsync(stoppingToken).ConfigureAwait(false) ? 0 : failures + 1;
                if (failures < FailuresUntilGone)
                    await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(false);
            }

            lifetime.StopApplication();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host has told the worker to end.
        }
    }

    /// <summary>Connects and waits until the host closes the connection.</summary>
    /// <returns>Whether it could connect.</returns>
    private async Task<bool> StaysConnectedAsync(CancellationToken cancellation)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host.Host, host.Port, cancellation).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return false;
        }

        try
        {
            var received = new byte[256];
            while (await client.GetStream().ReadAsync(received, cancellation).ConfigureAwait(false) > 0)
            {
                // What the host says first, such as the settings of HTTP/2, is of no use here.
            }
        }
        catch (IOException)
        {
            // A reset is a close too.
        }

        return true;
    }
}
