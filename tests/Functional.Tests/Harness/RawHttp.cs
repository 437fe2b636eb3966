using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>One HTTP answer as received.</summary>
internal sealed record RawAnswer(int Status, string Head, string Body)
{
    public string? Header(string name) =>
        Head.Split("\r\n").Skip(1).Select(line => line.Split(':', 2))
            .FirstOrDefault(pair => pair[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1].Trim();
}

/// <summary>Sends bytes that no HTTP client would send.</summary>
internal static class RawHttp
{
    /// <summary>Sends <paramref name="request"/> as Latin-1 and reads until the other side closes.</summary>
    /// <param name="port">Loopback port.</param>
    /// <param name="request">The bytes to send.</param>
    /// <param name="nothingMoreToSend">Whether to shut down the sending side once an answer begins, for a server that waits for the rest of a rejected body.</param>
    /// <param name="source">The address from which to connect; any when null.</param>
    public static async Task<IReadOnlyList<RawAnswer>> ExchangeAsync(int port, string request, bool nothingMoreToSend = false, IPAddress? source = null)
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        using var client = new TcpClient(new IPEndPoint(source ?? IPAddress.Any, 0));
        await client.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), deadline.Token);
        using var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, deadline.Token)) > 0)
            {
                received.Write(buffer, 0, count);
                if (nothingMoreToSend)
                    client.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (IOException)
        {
            // A rejected request may end in a reset. The bytes received before it are the answer.
        }
        return Parse(Encoding.Latin1.GetString(received.ToArray()));
    }

    private static List<RawAnswer> Parse(string text)
    {
        var answers = new List<RawAnswer>();
        while (text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
        {
            var headEnd = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var head = text[..headEnd];
            var answer = new RawAnswer(int.Parse(head.AsSpan(9, 3)), head, text[(headEnd + 4)..]);
            // The answer may have been cut off.
            var length = answer.Header("Content-Length") is { } stated ? Math.Min(int.Parse(stated), answer.Body.Length) : answer.Body.Length;
            answers.Add(answer with { Body = answer.Body[..length] });
            text = answer.Body[length..];
        }
        return answers;
    }
}
