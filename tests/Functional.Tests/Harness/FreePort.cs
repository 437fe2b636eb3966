using System.Net;
using System.Net.Sockets;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>Loopback ports.</summary>
internal static class FreePort
{
    /// <summary>A port that was free a moment ago, for programs that cannot report the one they chose.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
