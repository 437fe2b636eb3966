using System.Net;

namespace Dragoman.Connections;

/// <summary>
/// Looks up host names, each on a thread of its own. The system's look-up blocks its thread until a name server answers,
/// for many seconds if none does, and on Linux the framework takes that thread from the pool that serves every request.
/// </summary>
/// <param name="lookUp">Asks the system; blocks.</param>
/// <param name="most">Look-ups at once; more wait for their turn.</param>
internal sealed class NameLookup(Func<string, IPAddress[]> lookUp, int most) : IDisposable
{
    /// <summary>For the names of providers, which the operator chose: there are few.</summary>
    public static readonly NameLookup OfProviders = new(Dns.GetHostAddresses, 64);

    /// <summary>For names that clients choose, so that these never take the turns of providers.</summary>
    public static readonly NameLookup OfLinks = new(Dns.GetHostAddresses, 16);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Task<IPAddress[]>> running = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim turns = new(most);

    /// <summary>The addresses of a name, or the address that the text is. All who ask for a name at once share one look-up.</summary>
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

    /// <summary>Goes on when one who waits leaves: the system cannot be called off, and others may wait too.</summary>
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
