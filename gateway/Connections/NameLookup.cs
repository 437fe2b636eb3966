using System.Net;

namespace Dragoman.Connections;

/// <summary>
/// Looks up host names, each on a dedicated thread. The system's lookup blocks its thread until a name server answers, for
/// many seconds when none does. On Linux the framework would block a thread of the pool that serves every request.
/// </summary>
/// <param name="lookUp">The system's lookup, which blocks.</param>
/// <param name="most">How many lookups may run at once; the others wait.</param>
internal sealed class NameLookup(Func<string, IPAddress[]> lookUp, int most) : IDisposable
{
    /// <summary>For the host names of providers: the operator chose them and they are few.</summary>
    public static readonly NameLookup OfProviders = new(Dns.GetHostAddresses, 64);

    /// <summary>For host names that clients choose, so that these never delay the lookups of providers.</summary>
    public static readonly NameLookup OfLinks = new(Dns.GetHostAddresses, 16);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Task<IPAddress[]>> running = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim turns = new(most);

    /// <summary>The addresses of a host name; a literal address is returned as it is. Concurrent callers with the same name share one lookup.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The name has no address, or no name server answered.</exception>
    public Task<IPAddress[]> FindAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var literal))
            return Task.FromResult<IPAddress[]>([literal]);
        Task<IPAddress[]>? found;
        lock (gate)
        {
            if (!running.TryGetValue(host, out found))
                running[host] = found = RunAsync(host);
        }

        return found.WaitAsync(cancellation);
    }

    public void Dispose() => turns.Dispose();

    /// <summary>Continues when a caller cancels: the system's lookup cannot be canceled, and other callers may wait for it.</summary>
    private async Task<IPAddress[]> RunAsync(string host)
    {
        await Task.Yield();
        await turns.WaitAsync().ConfigureAwait(false);
        try
        {
            return await Task.Factory.StartNew(() => lookUp(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
            lock (gate)
                running.Remove(host);
        }
    }
}
