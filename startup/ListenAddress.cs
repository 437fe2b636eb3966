using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Dragoman.Startup;

/// <summary>Reads the address and the port to listen on, and explains why a port could not be opened.</summary>
public static class ListenAddress
{
    private const string Allowed = "allowed: an IP address; 127.0.0.1 is this machine alone, 0.0.0.0 every network";

    /// <summary>Reads an address; null after a mistake.</summary>
    /// <param name="text">The text that the operator wrote.</param>
    /// <param name="source">Where it was written, for the message.</param>
    /// <param name="mistakes">Receives the message of a mistake.</param>
    public static IPAddress? ReadAddress(string text, string source, ICollection<string> mistakes)
    {
        if (IPAddress.TryParse(text, out var address) && IsPlain(text, address))
            return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var meant = text.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? " (did you mean 127.0.0.1?)" : "";
        mistakes.Add($"{source}: {Printable.Quote(text)} is not an IP address{meant}; {Allowed}");
        return null;
    }

    /// <summary>Reads a port, 0 for any free one; null after a mistake.</summary>
    /// <param name="text">The text that the operator wrote.</param>
    /// <param name="source">Where it was written, for the message.</param>
    /// <param name="mistakes">Receives the message of a mistake.</param>
    public static int? ReadPort(string text, string source, ICollection<string> mistakes)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort)
            return port;
        mistakes.Add($"{source}: {Printable.Quote(text)} is not a port; allowed: 0 to 65535, where 0 takes any free one");
        return null;
    }

    /// <summary>Whether an exception means that the port could not be opened.</summary>
    public static bool IsOpeningFailure(Exception error) => error is IOException or SocketException;

    /// <summary>The message for a port that could not be opened.</summary>
    public static string DescribeFailure(IPAddress address, int port, Exception error)
    {
        // The Functions host looks for "address already in use" in the handler's output.
        var reason = CodeOf(error) switch
        {
            SocketError.AddressAlreadyInUse => "address already in use; stop what listens there, or choose another port",
            SocketError.AddressNotAvailable => "this machine has no such address",
            SocketError.AccessDenied => "ports below 1024 are not for ordinary users; choose a higher one, or allow it with CAP_NET_BIND_SERVICE",
            SocketError.AddressFamilyNotSupported => $"this machine has no {(address.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4")}",
            _ => error.Message,
        };
        return $"port {port} on {address} cannot be opened: {reason}";
    }

    /// <summary>Whether the text is just an address. The parser accepts more: <c>5081</c> for 0.0.19.217, octal digits, and a port after brackets.</summary>
    private static bool IsPlain(string text, IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? text == address.ToString()
        : !text.AsSpan().ContainsAny("[]/");

    private static SocketError? CodeOf(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is SocketException socket)
                return socket.SocketErrorCode;
        }

        return null;
    }
}
