using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Dragoman.Hosting;

/// <summary>
/// The listening port and the connections that were accepted on it. The port can be closed first: the system then refuses
/// new connections, so that the client knows that nothing was sent, while requests on open connections are still answered.
/// </summary>
internal sealed class ListeningPort
{
    /// <summary>Bytes that the system may buffer for a client that reads slowly; the system's own limit is several MiB.</summary>
    private const int SendBuffer = 256 * 1024;

    private const int SolSocket = 1;
    private const int SoAttachFilter = 26;

    /// <summary>The longest wait until connections whose handshake had begun are accepted.</summary>
    private static readonly TimeSpan LongestSettling = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Handshake = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// A classic BPF program for the TCP header: it drops packets with the SYN flag in byte 13 and accepts all others. Each
    /// instruction is a code (16 bits), two jumps (8 bits each) and a value (32 bits).
    /// </summary>
    private static readonly ulong[] DropSyn = [0x0000_000D_0000_0030, 0x0000_0002_0100_0045, 0x0000_0000_0000_0006, 0xFFFF_FFFF_0000_0006];

    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Socket? socket;
    private int connections;
    private volatile bool isClosed;

    public Socket Open(EndPoint address)
    {
        var opened = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        // Accepted connections inherit it.
        opened.SendBufferSize = SendBuffer;
        // The administration's port is opened after the main one, and nginx sends it nothing.
        socket ??= opened;
        return opened;
    }

    /// <summary>Kestrel middleware that counts the connections.</summary>
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

    /// <summary>
    /// Closes the port. When a port closes, the system resets the connections that wait to be accepted, and what was sent on
    /// them is lost. So, where the system allows it, new handshakes are dropped first and the waiting connections are accepted.
    /// A client whose handshake was dropped repeats it after a second and is then refused.
    /// </summary>
    public async Task CloseAsync()
    {
        if (socket is not null)
        {
            if (TryHoldBackNewcomers(socket))
                await AcceptTheRestAsync(socket).ConfigureAwait(false);
            socket.Dispose();
        }

        isClosed = true;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref connections) == 0)
            empty.TrySetResult();
    }

    /// <summary>Waits until the other side has closed every connection, once the port is closed.</summary>
    /// <param name="longest">The longest wait.</param>
    /// <param name="hurry">Ends the wait early.</param>
    public async Task WaitUntilEmptyAsync(TimeSpan longest, CancellationToken hurry)
    {
        try
        {
            await empty.Task.WaitAsync(longest, hurry).ConfigureAwait(false);
        }
        catch (Exception waited) when (waited is TimeoutException or OperationCanceledException)
        {
            // A connection that stays open for so long brings no more requests.
        }
    }

    private static async Task AcceptTheRestAsync(Socket socket)
    {
        var began = TimeProvider.System.GetTimestamp();
        do
        {
            await Task.Delay(Handshake).ConfigureAwait(false);
        }
        while (socket.Poll(0, SelectMode.SelectRead) && TimeProvider.System.GetElapsedTime(began) < LongestSettling);
    }

    private static bool TryHoldBackNewcomers(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess || !BitConverter.IsLittleEndian)
            return false;
        var program = GCHandle.Alloc(DropSyn, GCHandleType.Pinned);
        try
        {
            // struct sock_fprog: the number of instructions and their address.
            ReadOnlySpan<ulong> option = [(ulong)DropSyn.Length, (ulong)program.AddrOfPinnedObject()];
            socket.SetRawSocketOption(SolSocket, SoAttachFilter, MemoryMarshal.AsBytes(option));
            return true;
        }
        catch (SocketException)
        {
            // A sandbox may forbid it. Without the filter, a request that arrives at the moment of closing can be lost.
            return false;
        }
        finally
        {
            program.Free();
        }
    }
}
