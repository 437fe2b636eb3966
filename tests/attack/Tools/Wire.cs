using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dragoman.Attack.Tools;

/// <summary>Sends bytes that no HTTP client would send.</summary>
internal static class Wire
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Sends text as Latin-1, reads until the other side closes or is silent, and returns the bytes as Latin-1.</summary>
    /// <param name="address">The server's address.</param>
    /// <param name="request">The bytes to send, one per character.</param>
    /// <param name="quiet">The silence that ends the reading, once something was received.</param>
    /// <param name="within">The time limit for the first bytes.</param>
    /// <param name="from">The loopback address to send from. The usual one when null.</param>
    public static async Task<string> SendAsync(Uri address, string request, TimeSpan? quiet = null, TimeSpan? within = null, string? from = null)
    {
        using var client = new TcpClient(new IPEndPoint(from is null ? IPAddress.Any : IPAddress.Parse(from), 0));
        await client.ConnectAsync(IPAddress.Parse(address.Host), address.Port);
        var stream = client.GetStream();
        var received = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
            while (true)
            {
                using var patience = new CancellationTokenSource(received.Length == 0 ? within ?? Patience : quiet ?? TimeSpan.FromMilliseconds(300));
                var count = await stream.ReadAsync(buffer, patience.Token);
                if (count == 0)
                    break;
                received.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // After a reset or a silence, the bytes received before it are the answer.
        }

        return received.ToString();
    }

    /// <summary>The status of the first answer. 0 when there is none.</summary>
    public static int StatusOf(string received) =>
        received.StartsWith("HTTP/1.", StringComparison.Ordinal) && received.Length > 12 && int.TryParse(received.AsSpan(9, 3), out var status) ? status : 0;

    /// <summary>The body of the first answer as received.</summary>
    public static string BodyOf(string received) =>
        received.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var end and >= 0 ? received[(end + 4)..] : "";
}
