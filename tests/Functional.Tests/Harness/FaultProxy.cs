using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>
/// A TCP proxy between the gateway and a provider that applies a plan to each answer: it delays, splits, resets, closes,
/// stalls or corrupts it at chosen bytes. Without a plan it forwards the answer unchanged.
/// </summary>
internal sealed partial class FaultProxy : IAsyncDisposable
{
    private const int Backlog = 1024;

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, Passage> passages = new();
    private readonly ConcurrentDictionary<FaultyConnection, Task> connections = new();
    private readonly IPEndPoint provider;
    private readonly Task accepting;
    private int planned;

    /// <param name="provider">A server on a loopback address.</param>
    public FaultProxy(Uri provider)
    {
        this.provider = new IPEndPoint(IPAddress.Loopback, provider.Port);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(Backlog);
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{listener.LocalEndPoint}");

    /// <summary>The number of the gateway's open connections.</summary>
    public int OpenConnections => connections.Count;

    public Passage Plan(FaultPlan plan)
    {
        var marker = $"fault-{Interlocked.Increment(ref planned):00000}";
        return passages[marker] = new Passage(marker, plan);
    }

    public Passage Plan(params Fault[] faults) => Plan(FaultPlan.Of(faults));

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(connections.Values);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = new FaultyConnection(await listener.AcceptAsync(stopping.Token), provider, Begin);
                var running = connection.RunAsync(stopping.Token);
                connections[connection] = running;
                _ = running.ContinueWith(_ => connections.TryRemove(connection, out Task? _), TaskScheduler.Default);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // Disposed.
        }
    }

    private (ProxiedRequest Request, ProxiedExchange Exchange, FaultPlan Plan) Begin(ProxiedRequest request)
    {
        var marker = Marker().Match(request.Body).Value;
        if (!passages.TryGetValue(marker, out var passage))
            return (request, new ProxiedExchange(request), FaultPlan.None);
        return (request with { Body = Marker().Replace(request.Body, "fault-00000") }, passage.Begin(request), passage.Plan);
    }

    [GeneratedRegex("fault-[0-9]{5}")]
    private static partial Regex Marker();
}
