using Dragoman.Conversation;

namespace Dragoman.Catalog;

/// <summary>Asks a provider for its models.</summary>
public delegate Task<IReadOnlyList<ListedModel>> ModelLister(string provider, CancellationToken cancellation);

/// <summary>
/// The models that one provider lists, remembered. A list that has grown old is served while a new one is fetched,
/// and a provider that is down does not empty it.
/// </summary>
internal sealed class ProviderModelList(string provider, ModelLister lister, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private IReadOnlyList<ListedModel> models = [];
    private Task? refresh;
    private DateTimeOffset due = DateTimeOffset.MinValue;

    public string Provider => provider;

    /// <summary>False while the provider has not answered even once.</summary>
    public bool WasEverRead { get; private set; }

    public async ValueTask<IReadOnlyList<ListedModel>> GetAsync()
    {
        var running = StartRefreshIfDue();
        if (!WasEverRead && running is not null)
            await running.ConfigureAwait(false);
        return models;
    }

    private Task? StartRefreshIfDue()
    {
        lock (gate)
        {
            if (refresh is { IsCompleted: false })
                return refresh;
            return clock.GetUtcNow() < due ? null : refresh = RefreshAsync();
        }
    }

    private async Task RefreshAsync()
    {
        using var timeout = new CancellationTokenSource(LongestWait, clock);
        try
        {
            models = await lister(provider, timeout.Token).ConfigureAwait(false);
            WasEverRead = true;
            due = clock.GetUtcNow() + Fresh;
        }
        catch (Exception error) when (error is GatewayException or OperationCanceledException)
        {
            due = clock.GetUtcNow() + RetryAfterFailure;
        }
    }
}
