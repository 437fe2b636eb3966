using System.Net.Sockets;
using System.Text;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>A request as the gateway sent it, read completely before it is forwarded.</summary>
internal sealed record ProxiedRequest(string Head, string Body)
{
    private const string HeadEnd = "\r\n\r\n";

    /// <summary>Reads the next request of a connection. Null when there is none.</summary>
    /// <exception cref="SocketException">The connection was reset.</exception>
    public static async Task<ProxiedRequest?> ReadAsync(Socket connection, CancellationToken stop)
    {
        // Latin-1 preserves every byte.
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        var length = -1;
        while (length < 0 || text.Length < length)
        {
            var count = await connection.ReceiveAsync(buffer, stop);
            if (count == 0)
                return null;
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            if (length < 0)
                length = LengthOf(text.ToString());
        }

        var whole = text.ToString();
        var headEnd = whole.IndexOf(HeadEnd, StringComparison.Ordinal) + HeadEnd.Length;
        return new ProxiedRequest(whole[..headEnd], whole[headEnd..]);
    }

    /// <summary>The bytes to forward, with one more header if it is not null.</summary>
    public byte[] ToBytes(string? header) =>
        Encoding.Latin1.GetBytes(header is null ? Head + Body : Head[..^2] + header + HeadEnd + Body);

    /// <summary>The length of the whole request. -1 while its head is incomplete.</summary>
    private static int LengthOf(string text)
    {
        var headEnd = text.IndexOf(HeadEnd, StringComparison.Ordinal);
        if (headEnd < 0)
            return -1;
        var length = text[..headEnd].Split("\r\n").Select(line => line.Split(':', 2))
            .FirstOrDefault(pair => pair[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase))?[1];
        return headEnd + HeadEnd.Length + int.Parse(length ?? "0");
    }
}
