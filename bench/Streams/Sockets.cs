using System.Net;
using System.Runtime.InteropServices;

namespace Dragoman.Bench.Streams;

/// <summary>
/// Linux's own calls for very many connections in one thread. The load generator must use little compared to what it
/// measures, which is not possible with a socket object and a buffer for each connection.
/// </summary>
internal static partial class Sockets
{
    public const uint Readable = 0x001;
    public const uint Writable = 0x004;

    public const int WouldBlock = 11;

    private const int Internet = 2;
    private const int NonBlockingStream = 1 | 0x800 | 0x80000;
    private const int InProgress = 115;
    private const int NoSignal = 0x4000;
    private const int ControlAdd = 1;
    private const int ControlModify = 3;

    /// <summary>Begins to connect to an IPv4 address. <see cref="Writable"/> reports the end.</summary>
    /// <returns>The descriptor, or Linux's error number as a negative value.</returns>
    public static int Connect(IPEndPoint address)
    {
        var descriptor = Open(Internet, NonBlockingStream, 0);
        if (descriptor < 0)
            return -Marshal.GetLastPInvokeError();
        Span<byte> raw = stackalloc byte[16];
        raw.Clear();
        raw[0] = Internet;
        raw[2] = (byte)(address.Port >> 8);
        raw[3] = (byte)address.Port;
        address.Address.TryWriteBytes(raw[4..], out _);
        if (ConnectTo(descriptor, ref MemoryMarshal.GetReference(raw), raw.Length) == 0 || Marshal.GetLastPInvokeError() == InProgress)
            return descriptor;
        var error = Marshal.GetLastPInvokeError();
        Close(descriptor);
        return -error;
    }

    /// <returns>The number of bytes, or Linux's error number as a negative value.</returns>
    public static int Send(int descriptor, ReadOnlySpan<byte> data)
    {
        var sent = (int)SendTo(descriptor, ref MemoryMarshal.GetReference(data), data.Length, NoSignal);
        return sent >= 0 ? sent : -Marshal.GetLastPInvokeError();
    }

    /// <returns>The number of bytes, 0 at the end, or Linux's error number as a negative value.</returns>
    public static int Receive(int descriptor, Span<byte> buffer)
    {
        var received = (int)ReceiveFrom(descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length, 0);
        return received >= 0 ? received : -Marshal.GetLastPInvokeError();
    }

    public static void Close(int descriptor) => _ = CloseDescriptor(descriptor);

    public static void Watch(int poll, int descriptor, uint events, int index) => Control(poll, ControlAdd, descriptor, new PollEvent(events, (uint)index));

    public static void WatchNow(int poll, int descriptor, uint events, int index) => Control(poll, ControlModify, descriptor, new PollEvent(events, (uint)index));

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int CreatePoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int Wait(int poll, [Out] PollEvent[] events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int poll, int operation, int descriptor, in PollEvent what);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectTo(int descriptor, ref byte address, int length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendTo(int descriptor, ref byte data, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveFrom(int descriptor, ref byte buffer, nint length, int flags);
}

/// <summary>Linux's <c>epoll_event</c> on x86-64: 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct PollEvent(uint events, ulong data)
{
    public readonly uint Events = events;
    private readonly ulong data = data;

    /// <summary>The index of the stream.</summary>
    public int Index => (int)data;
}
