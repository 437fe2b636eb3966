namespace Dragoman.Pipeline.State;

/// <summary>Tells those who watch about each settled request of this process. As long as nobody watches, a request only reads one field.</summary>
public sealed class RequestFeed
{
    /// <summary>The most that may watch at the same time.</summary>
    public const int MostListeners = 32;

    private readonly Lock gate = new();
    private volatile RequestListener[] listeners = [];

    /// <summary>Whether anybody watches.</summary>
    public bool HasListeners => listeners.Length > 0;

    /// <summary>Begins to watch.</summary>
    /// <param name="team">The team whose requests are watched; null for all.</param>
    /// <returns>Receives the requests until it is disposed; null when too many watch already.</returns>
    public RequestListener? TryListen(string? team)
    {
        lock (gate)
        {
            if (listeners.Length == MostListeners)
                return null;
            var listener = new RequestListener(team, Leave);
            listeners = [.. listeners, listener];
            return listener;
        }
    }

    public void Publish(SettledRequest request)
    {
        foreach (var listener in listeners)
            listener.Offer(request);
    }

    private void Leave(RequestListener listener)
    {
        lock (gate)
            listeners = Array.FindAll(listeners, each => each != listener);
    }
}
