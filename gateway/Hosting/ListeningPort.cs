using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Dragoman.Hosting;

/// <summary>
/// The port and the connections that came in by it. It can be closed before they are: whoever connects then is refused
/// by the system and knows that nothing was sent, while the connections that are there are still answered.
/// </summary>
internal sealed class ListeningPort
{
    /// <summary>What the system may keep for a client that reads slowly, in bytes; its own bound is several MiB.</summary>
    private const int SendBuffer = 256 * 1024;

    private const int SolSocket = 1;
    private const int SoAttachFilter = 26;

    /// <summary>The longest wait for handshakes that were under way, and for their connections to be accepted.</summary>
    private static readonly TimeSpan LongestSettling = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Handshake = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// A classic BPF program over the TCP header: drops what has the flag SYN in byte 13, and takes everything else.
    /// Each instruction is a code (16 bits), two jumps (8 bits each) and a value (32 bits).
    /// </summary>
    private static readonly ulong[] DropSyn = [0x0000_000D_0000_0030, 0x0000_0002_0100_0045, 0x0000_0000_0000_0006, 0xFFFF_FFFF_0000_0006];

    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Socket? socket;
    private int connections;
    private volatile bool isClosed;

    public Socket Open(EndPoint address)
    {
        socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        // Connections get it from here.
        socket.SendBufferSize = SendBuffer;
        return socket;
    }

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

    /// <summary>
    /// Closes the port. A system resets the connections that wait to be accepted when it closes a port, with what was
    /// sent on them: so where that can be, the newcomers are held back first and the others are accepted. Those held
    /// back knock again after a second, and are refused.
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
            // struct sock_fprog: the number of instructions, and where they are.
            ReadOnlySpan<ulong> option = [(ulong)DropSyn.Length, (ulong)program.AddrOfPinnedObject()];
            socket.SetRawSocketOption(SolSocket, SoAttachFilter, MemoryMarshal.AsBytes(option));
            return true;
        }
        catch (SocketException)
        {
            // A sandbox may not allow it. What is lost without it is a request in the very moment of the closing.
            return false;
        }
        finally
        {
            program.Free();
        }
    }
}
