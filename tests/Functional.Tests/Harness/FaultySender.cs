using System.Net.Sockets;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>Forwards one answer's bytes to the gateway and applies the planned faults on the way.</summary>
internal sealed class FaultySender(Socket gateway, ProxiedExchange exchange, IReadOnlyList<Fault> faults)
{
    private long offset;
    private int next;
    private int pieceSize = int.MaxValue;
    private ReadOnlyMemory<byte> overwriting;

    /// <exception cref="OperationCanceledException">The answer ends here, because of a fault or because either side has disconnected.</exception>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken over)
    {
        while (true)
        {
            while (next < faults.Count && faults[next].At <= offset)
                await HappenAsync(faults[next++], over);
            if (bytes.IsEmpty)
                return;
            var untilFault = next < faults.Count ? faults[next].At - offset : int.MaxValue;
            var piece = bytes[..(int)Math.Min(Math.Min(untilFault, pieceSize), bytes.Length)];
            bytes = bytes[piece.Length..];
            offset += piece.Length;
            await WriteAsync(Overwritten(piece), over);
        }
    }

    private async Task HappenAsync(Fault fault, CancellationToken over)
    {
        switch (fault)
        {
            case Delay { Time: var time }:
                await Task.Delay(time, over);
                break;
            case Split { Size: var size }:
                pieceSize = size;
                break;
            case Insert { Bytes: var bytes }:
                await WriteAsync(bytes, over);
                break;
            case Overwrite { Bytes: var bytes }:
                overwriting = bytes;
                break;
            case Stall:
                exchange.BecomeStalled();
                await Task.Delay(Timeout.Infinite, over);
                break;
            case Close:
                gateway.Shutdown(SocketShutdown.Send);
                throw new OperationCanceledException();
            case Reset:
                gateway.LingerState = new LingerOption(true, 0);
                gateway.Close();
                throw new OperationCanceledException();
            default:
                throw new NotSupportedException($"{fault}");
        }
    }

    private ReadOnlyMemory<byte> Overwritten(ReadOnlyMemory<byte> piece)
    {
        if (overwriting.IsEmpty)
            return piece;
        var count = Math.Min(overwriting.Length, piece.Length);
        byte[] spoiled = [.. overwriting.Span[..count], .. piece.Span[count..]];
        overwriting = overwriting[count..];
        return spoiled;
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken over)
    {
        while (!bytes.IsEmpty)
        {
            var count = await gateway.SendAsync(bytes, over);
            exchange.Pass(bytes.Span[..count]);
            bytes = bytes[count..];
        }
    }
}
