using System.Net;
using System.Net.Sockets;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>
/// One connection that the gateway made to a <see cref="FaultProxy"/>. The proxy reads it all the time, so that it notices when
/// the gateway closes it. Each request of the connection gets a separate connection to the provider.
/// </summary>
internal sealed class FaultyConnection(Socket gateway, IPEndPoint provider, Func<ProxiedRequest, (ProxiedRequest, ProxiedExchange, FaultPlan)> begin)
{
    private const string BehaviorHeader = "x-emulator-behavior";
    private const int SendBuffer = 16 * 1024;

    public async Task RunAsync(CancellationToken stop)
    {
        gateway.NoDelay = true;
        // With a small buffer, bytes that were forwarded have reached the gateway's side and do not wait in this process.
        gateway.SendBufferSize = SendBuffer;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        ProxiedExchange? exchange = null;
        var answering = Task.CompletedTask;
        var answered = new CancellationTokenSource();
        try
        {
            while (await ProxiedRequest.ReadAsync(gateway, stop) is { } read)
            {
                // The gateway sends the next request only when it has the whole answer to the previous one.
                await answered.CancelAsync();
                await answering;
                answered.Dispose();
                answered = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
                (var request, exchange, var plan) = begin(read);
                answering = AnswerAsync(request, exchange, plan, answered.Token);
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The gateway has disconnected, or a fault has ended the connection.
        }
        finally
        {
            exchange?.Leave();
            await over.CancelAsync();
            await answering;
            answered.Dispose();
            gateway.Dispose();
        }
    }

    private async Task AnswerAsync(ProxiedRequest request, ProxiedExchange exchange, FaultPlan plan, CancellationToken over)
    {
        try
        {
            var faults = new FaultySender(gateway, exchange, plan.Faults);
            // Faults that are due before the first byte do not wait for it.
            await faults.SendAsync(default, over);
            if (plan.Instead is { } pieces)
                await SendAsync(pieces, faults, over);
            else
                await RelayAsync(request.ToBytes(plan.Behavior is null ? null : $"{BehaviorHeader}: {plan.Behavior}"), faults, over);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side has disconnected.
        }
    }

    private async Task SendAsync(IEnumerable<ReadOnlyMemory<byte>> pieces, FaultySender faults, CancellationToken over)
    {
        // Sending may never have to wait. The yield lets the caller continue.
        await Task.Yield();
        foreach (var piece in pieces)
            await faults.SendAsync(piece, over);
        gateway.Shutdown(SocketShutdown.Send);
    }

    private async Task RelayAsync(byte[] request, FaultySender faults, CancellationToken over)
    {
        using var upstream = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await upstream.ConnectAsync(provider, over);
        await upstream.SendAsync(request, over);
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await upstream.ReceiveAsync(buffer, over)) > 0)
            await faults.SendAsync(buffer.AsMemory(0, count), over);
        gateway.Shutdown(SocketShutdown.Send);
    }
}
