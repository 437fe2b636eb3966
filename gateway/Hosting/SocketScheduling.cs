using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Dragoman.Hosting;

/// <summary>
/// Lets the thread that is notified of a socket's bytes process them at once, as nginx does, instead of waking two more
/// threads for each token: on the way from a provider to a client these wake-ups cost more than everything else.
/// </summary>
/// <remarks>
/// So no code that serves a request may block its thread: other streams wait for it. Work that takes long, such as a large
/// body, moves to other threads (<see cref="Wire.SocketThread"/>).
/// </remarks>
internal static class SocketScheduling
{
    // The runtime reads both when the first socket is created.
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string ThreadCount = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>Call it before the process opens its first socket. Values that the environment already sets are kept.</summary>
    public static void ApplyToProcess()
    {
        Default(InlineCompletions, "1");
        Default(ThreadCount, ThreadsFor(Environment.ProcessorCount).ToString(System.Globalization.CultureInfo.InvariantCulture));

        static void Default(string name, string value)
        {
            if (Environment.GetEnvironmentVariable(name) is null)
                Environment.SetEnvironmentVariable(name, value);
        }
    }

    /// <summary>
    /// Sockets are assigned to the threads in turn, and sockets of clients and of providers mostly alternate. With an even
    /// number of threads, all sockets of providers, which cause most of the work, would be on half of the threads. On two cores
    /// one thread is enough: nginx uses the other core, and a request whose two sockets share a thread never moves between cores.
    /// </summary>
    private static int ThreadsFor(int cores) => cores <= 2 ? 1 : cores | 1;

    public static void Apply(SocketTransportOptions sockets) => sockets.UnsafePreferInlineScheduling = true;
}
