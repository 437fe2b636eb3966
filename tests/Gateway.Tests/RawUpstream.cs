using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dragoman.Gateway.Tests;

/// <summary>A provider on a free loopback port that answers with bytes which no HTTP server would send.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task serving;

    public RawUpstream()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public string Origin => $"http://{listener.LocalEndpoint}";

    /// <summary>The whole answer to each request as Latin-1, beginning with the status line. The connection is closed after it.</summary>
    public Func<string> Answer { get; set; } = () => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    /// <summary>An answer with this status, these headers and this body.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="headers">The headers, each with its line end.</param>
    /// <param name="contentType">The body's content type.</param>
    /// <param name="body">The body, in ASCII.</param>
    public static string Compose(int status, string headers, string contentType, string body) =>
        $"HTTP/1.1 {status} X\r\n{headers}Content-Type: {contentType}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await serving;
        stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(stopping.Token);
                var stream = client.GetStream();
                await ReadRequestAsync(stream);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(Answer()), stopping.Token);
                client.Client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                // The gateway has disconnected, or the test is over.
            }
        }
    }

    private async Task ReadRequestAsync(NetworkStream stream)
    {
        var received = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var read = await stream.ReadAsync(buffer, stopping.Token);
            if (read == 0)
                return;
            received.Append(Encoding.Latin1.GetString(buffer, 0, read));
            var text = received.ToString();
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0)
                continue;
            var length = text[..end].Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } header ? int.Parse(header[15..]) : 0;
            if (text.Length - end - 4 >= length)
                return;
        }
    }
}
