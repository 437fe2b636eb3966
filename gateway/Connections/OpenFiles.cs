using System.Globalization;
using System.Net.Sockets;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Connections;

/// <summary>
/// The limit of files and connections that this process may have open, and how many streams it allows. The runtime raises
/// the soft limit to the hard limit before any of our code runs, so only the hard limit is left for the operator to raise.
/// </summary>
public static class OpenFiles
{
    /// <summary>The load that Dragoman is measured with (docs/limits.md); a limit that allows less is reported at the start.</summary>
    public const int StreamsAtOnce = 10_000;

    /// <summary>Descriptors for assemblies, of which each that is loaded has two, for timers, logs, the store and the listener.</summary>
    private const int OwnFiles = 200;

    /// <summary>Descriptors that no connection gets: without a free one the runtime cannot load code and aborts the process.</summary>
    private const int KeptForRuntime = 64;

    /// <summary>When no more descriptors than these are free, only clients get one, so that each of them receives the rejection.</summary>
    private const int KeptForRefusals = 2 * KeptForRuntime;

    /// <summary>One in so many connections is reserved for providers.</summary>
    private const int ShareOfProviders = 8;

    /// <summary>So many clients are always accepted, so that a health probe is answered under any limit with which the process runs.</summary>
    private const int LeastClients = 16;

    private static readonly GatewayError Full =
        new(ErrorKind.Overloaded, GatewayText.NoConnections) { Code = "gateway_overloaded", RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>The number of descriptors that this process may have open; practically unlimited when there is no <c>/proc</c>.</summary>
    public static long Most { get; } = Limit() ?? long.MaxValue;

    /// <summary>Opens a socket for an outgoing connection.</summary>
    /// <exception cref="GatewayException">Too many descriptors are open.</exception>
    public static Socket OpenSocket()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (NumberOf(socket) < Most - KeptForRefusals)
            return socket;
        socket.Dispose();
        throw new GatewayException(Full);
    }

    /// <summary>
    /// Whether a client's connection may stay open. However many clients connect, some descriptors are reserved for
    /// connections to providers: without these no client would get an answer.
    /// </summary>
    /// <param name="client">The connection.</param>
    /// <param name="others">How many other clients are connected.</param>
    public static bool HasRoomFor(Socket client, int others) => NumberOf(client) < Most - KeptForRuntime && others < Math.Max(LeastClients, ClientsOf(Most));

    private static long ConnectionsOf(long limit) => Math.Max(0, limit - OwnFiles - KeptForRefusals);

    private static long ClientsOf(long limit) => ConnectionsOf(limit) - (ConnectionsOf(limit) / ShareOfProviders);

    /// <summary>The descriptor's number. The system assigns the lowest free number, so at least as many descriptors are open.</summary>
    private static long NumberOf(Socket socket) => socket.SafeHandle.DangerousGetHandle();

    /// <summary>A notice for the operator; null when the limit is high enough, or when there is no <c>/proc</c>.</summary>
    public static string? Notice() => NoticeOf(Most);

    /// <param name="limit">Descriptors that the process may have open.</param>
    internal static string? NoticeOf(long limit)
    {
        var streams = ClientsOf(limit);
        if (streams >= StreamsAtOnce)
            return null;
        return string.Create(CultureInfo.InvariantCulture,
            $"this process may open {limit} files, enough for about {streams} streams at once with providers over HTTP/2, {ConnectionsOf(limit) / 2} over HTTP/1.1; raise it with ulimit -Hn, LimitNOFILE= in a systemd unit, or --ulimit nofile= of a container");
    }

    private static long? Limit()
    {
        try
        {
            return Parse(File.ReadLines("/proc/self/limits"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The soft limit; null when it is unlimited or when the line is missing.</summary>
    internal static long? Parse(IEnumerable<string> limits)
    {
        const string name = "Max open files";
        var line = limits.FirstOrDefault(each => each.StartsWith(name, StringComparison.Ordinal));
        var soft = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
