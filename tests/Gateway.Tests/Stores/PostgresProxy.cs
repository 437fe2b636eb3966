using System.Net;
using System.Net.Sockets;

namespace Dragoman.Gateway.Tests.Stores;

/// <summary>A proxy before PostgreSQL that loses what a test tells it to lose.</summary>
internal sealed class PostgresProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly PostgresServer server;
    private readonly Task serving;

    public PostgresProxy(PostgresServer server)
    {
        this.server = server;
        listener.Start();
        serving = ServeAsync();
    }

    /// <summary>The message of the protocol: a query, its length of 11 bytes, its text. The word alone is also in READ COMMITTED.</summary>
    private static ReadOnlySpan<byte> Commit => "Q\0\0\0\u000bCOMMIT\0"u8;

    /// <summary>How many COMMITs are still cut off.</summary>
    public int CommitsToCut { get; set; }

    /// <summary>Whether a COMMIT that is cut off reaches the server first.</summary>
    public bool CutAfterCommit { get; set; }

    /// <summary>Whether nothing is answered any more, also on connections that exist.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether connections are closed as soon as something is sent.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The connection string of a database, through the proxy.</summary>
    public string To(string database) => $"Host=127.0.0.1;Port={((IPEndPoint)listener.LocalEndpoint).Port};Username=dragoman;Database={database}";

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await serving;
        stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient accepted)
    {
        using var client = accepted;
        await using var upstream = await server.ConnectAsync();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        var downstream = client.GetStream();
        var isCutting = false;
        var requests = PumpAsync(downstream, upstream, MayPass, ending.Token);
        // The server's answer is proof that it has committed. Nobody else gets it.
        var answers = PumpAsync(upstream, downstream, answer => !isCutting || answer.Span.IndexOf("COMMIT"u8) < 0, ending.Token);
        await Task.WhenAny(requests, answers);
        client.Close();
        await ending.CancelAsync();
        await Task.WhenAll(requests, answers);

        bool MayPass(ReadOnlyMemory<byte> sent)
        {
            if (IsClosed)
                return false;
            if (CommitsToCut == 0 || sent.Span.IndexOf(Commit) < 0)
                return true;
            CommitsToCut--;
            return isCutting = CutAfterCommit;
        }
    }

    private async Task PumpAsync(Stream from, Stream to, Func<ReadOnlyMemory<byte>, bool> mayPass, CancellationToken ending)
    {
        var buffer = new byte[65536];
        try
        {
            while (await from.ReadAsync(buffer, ending) is > 0 and var read)
            {
                if (IsSilent)
                    continue;
                if (!mayPass(buffer.AsMemory(0, read)))
                    return;
                await to.WriteAsync(buffer.AsMemory(0, read), ending);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // One side is gone, and with it the other.
        }
    }
}
