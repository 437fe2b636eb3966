using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Dragoman.Hosting;

/// <summary>
/// Lets whoever hears of a socket's bytes deal with them at once, as nginx does, in place of waking two more threads for
/// each token: on the way from a provider to a client these wake-ups cost more than all else.
/// </summary>
/// <remarks>
/// So nothing on the way of a request may block its thread: other streams are waiting for it. What takes long, such as
/// a large body, goes to the thread pool (<see cref="Wire.SocketThread"/>).
/// </remarks>
internal static class SocketScheduling
{
    // Both are read by the runtime when the first socket is made.
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string ThreadCount = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>To be called before the process opens its first socket; what the environment says already stands.</summary>
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
    /// Sockets go to the threads in turn, and those of clients and providers mostly alternate: with an even number of
    /// threads all providers' sockets, which have most of the work, end up at half of them. On two cores nginx has the
    /// other one, and a request whose two sockets one thread hears of never moves between the cores.
    /// </summary>
    private static int ThreadsFor(int cores) => cores <= 2 ? 1 : cores | 1;

    public static void Apply(SocketTransportOptions sockets) => sockets.UnsafePreferInlineScheduling = true;
}
