using System.Globalization;
using System.Net.Sockets;
using Dragoman.Conversation;

namespace Dragoman.Connections;

/// <summary>
/// How many files and connections this process may have open, and what that is enough for. The runtime has raised the
/// soft limit to the hard one by itself before any of our code runs, so that only the hard one is left to the operator.
/// </summary>
public static class OpenFiles
{
    /// <summary>What Dragoman is measured with (docs/limits.md); less is told of at the start.</summary>
    public const int StreamsAtOnce = 10_000;

    /// <summary>Assemblies, timers, logs and the listener.</summary>
    private const int OwnFiles = 140;

    /// <summary>Descriptors that no connection gets: without any, the runtime cannot load code and aborts the process.</summary>
    private const int KeptForRuntime = 64;

    /// <summary>Descriptors beyond which only clients get one, so that they can be told.</summary>
    private const int KeptForRefusals = 2 * KeptForRuntime;

    /// <summary>One in so many connections is never a client's.</summary>
    private const int ShareOfProviders = 8;

    /// <summary>So that a probe is answered wherever the process runs at all.</summary>
    private const int LeastClients = 16;

    private static readonly GatewayError Full =
        new(ErrorKind.Overloaded, "The gateway has no room for another connection; try again in a moment.") { Code = "gateway_overloaded", RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>How many this process may have open; as good as no limit where there is no <c>/proc</c>.</summary>
    public static long Most { get; } = Limit() ?? long.MaxValue;

    /// <summary>A socket for a connection to somewhere else.</summary>
    /// <exception cref="GatewayException">There is no room for one.</exception>
    public static Socket OpenSocket()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (NumberOf(socket) < Most - KeptForRefusals)
            return socket;
        socket.Dispose();
        throw new GatewayException(Full);
    }

    /// <summary>
    /// Whether a client's connection may stay. However many clients come, some of the room is the providers', without
    /// whom none of them would be answered.
    /// </summary>
    /// <param name="client">The connection.</param>
    /// <param name="others">How many clients are connected besides.</param>
    public static bool HasRoomFor(Socket client, int others) => NumberOf(client) < Most - KeptForRuntime && others < Math.Max(LeastClients, ClientsOf(Most));

    private static long ConnectionsOf(long limit) => Math.Max(0, limit - OwnFiles - KeptForRefusals);

    private static long ClientsOf(long limit) => ConnectionsOf(limit) - (ConnectionsOf(limit) / ShareOfProviders);

    /// <summary>The system gives the lowest number that is free, so at least as many are taken.</summary>
    private static long NumberOf(Socket socket) => socket.SafeHandle.DangerousGetHandle();

    /// <summary>What the operator should know; null when the limit is high enough, or where there is no <c>/proc</c>.</summary>
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

    /// <summary>The soft limit; null when there is none, or no line of it.</summary>
    internal static long? Parse(IEnumerable<string> limits)
    {
        const string name = "Max open files";
        var line = limits.FirstOrDefault(each => each.StartsWith(name, StringComparison.Ordinal));
        var soft = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
