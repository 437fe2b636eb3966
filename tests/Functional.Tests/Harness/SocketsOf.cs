using System.Net;
using System.Runtime.InteropServices;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>The TCP connections of another process, inspected through copies of its file descriptors (Linux 5.6).</summary>
internal static class SocketsOf
{
    private const int SysPidfdOpen = 434;
    private const int SysPidfdGetfd = 438;
    private const int IpprotoTcp = 6;
    private const int TcpNoDelay = 1;
    private const int SolSocket = 1;
    private const int SoProtocol = 38;

    /// <summary>Whether Nagle's algorithm is off for each connection of a process, by the remote port.</summary>
    public static IReadOnlyList<(int PeerPort, bool NoDelay)> NoDelay(int processId)
    {
        var process = Call(SysPidfdOpen, processId, 0, 0);
        try
        {
            var found = new List<(int, bool)>();
            foreach (var link in Directory.GetFiles($"/proc/{processId}/fd"))
            {
                if (new FileInfo(link).LinkTarget is not { } target || !target.StartsWith("socket:", StringComparison.Ordinal))
                    continue;
                var copy = Call(SysPidfdGetfd, process, int.Parse(Path.GetFileName(link)), 0);
                if (PeerPort(copy) is { } port && Option(copy, SolSocket, SoProtocol) == IpprotoTcp)
                    found.Add((port, Option(copy, IpprotoTcp, TcpNoDelay) != 0));
                _ = close(copy);
            }

            return found;
        }
        finally
        {
            _ = close(process);
        }
    }

    private static int Call(int number, int first, int second, int third)
    {
        var result = (int)syscall(number, first, second, third);
        return result >= 0 ? result : throw new InvalidOperationException($"system call {number}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static int Option(int socket, int level, int name)
    {
        var length = sizeof(int);
        return getsockopt(socket, level, name, out var value, ref length) == 0 ? value : -1;
    }

    /// <summary>The remote port. Null for a socket without a peer.</summary>
    private static int? PeerPort(int socket)
    {
        var address = new byte[128];
        var length = address.Length;
        if (getpeername(socket, address, ref length) != 0 || length < 4)
            return null;
        return IPAddress.NetworkToHostOrder(BitConverter.ToInt16(address, 2)) & 0xFFFF;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint syscall(nint number, nint first, nint second, nint third);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int getsockopt(int socket, int level, int name, out int value, ref int length);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int getpeername(int socket, byte[] address, ref int length);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int socket);
}
