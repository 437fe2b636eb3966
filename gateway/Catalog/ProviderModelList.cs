using System.Collections.Frozen;
using Dragoman.Conversation;

namespace Dragoman.Catalog;

/// <summary>
/// The cached list of one provider's models. Callers wait only for the very first request to the provider. A stale list is
/// served while a new one is fetched. A request that failed is repeated in the background. A provider that is down does not
/// empty the list.
/// </summary>
/// <param name="provider">The provider's name.</param>
/// <param name="lister">Asks the provider.</param>
/// <param name="keyOf">The key of a listed id; the same for equal names.</param>
/// <param name="clock">Measures ages and waits.</param>
internal sealed class ProviderModelList(string provider, ModelLister lister, Func<string, string> keyOf, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    /// <summary>The timeout of one request.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>How long callers that can do without the first answer wait for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private volatile Content content = Content.Nothing;
    private Task? firstQuestion;
    private Task? patience;
    private bool isAsking;
    private DateTimeOffset due = DateTimeOffset.MinValue;
    private TimeSpan retry = FirstRetry;

    public string Provider => provider;

    /// <summary>The models in the provider's order; empty until the provider has answered.</summary>
    public IReadOnlyList<ListedModel> Models => content.Models;

    /// <summary>Whether the provider has answered at least once.</summary>
    public bool WasEverRead => !ReferenceEquals(content, Content.Nothing);

    /// <summary>Completes when the first request was answered or has failed. The task itself never fails.</summary>
    public Task FirstQuestion => firstQuestion ?? Task.CompletedTask;

    /// <summary>Completes with <see cref="FirstQuestion"/>, but after one second at the latest. The task never fails.</summary>
    public Task FirstSecond => patience ?? Task.CompletedTask;

    public ListedModel? Find(string key) => content.ByKey.GetValueOrDefault(key);

    /// <summary>Asks the provider in the background when the list is due. Returns at once.</summary>
    public void Refresh()
    {
        TaskCompletionSource? first = null;
        lock (gate)
        {
            if (isAsking || clock.GetUtcNow() < due)
                return;
            isAsking = true;
            if (firstQuestion is null)
            {
                first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                firstQuestion = first.Task;
                patience = Task.WhenAny(firstQuestion, Task.Delay(Patience, clock));
            }
        }

        _ = AskAsync(first);
    }

    private async Task AskAsync(TaskCompletionSource? first)
    {
        var isRead = false;
        try
        {
            using var timeout = new CancellationTokenSource(LongestWait, clock);
            // A lister that ignores its token must not block the list forever.
            var models = await lister(provider, timeout.Token).WaitAsync(timeout.Token).ConfigureAwait(false);
            content = Content.Of(models, keyOf);
            isRead = true;
        }
        catch (Exception error) when (error is GatewayException or OperationCanceledException or ObjectDisposedException)
        {
            // The next request may succeed, or the provider is not configured any more.
        }
        finally
        {
            TimeSpan wait;
            lock (gate)
            {
                wait = isRead ? Fresh : retry;
                retry = isRead ? FirstRetry : TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, LongestRetry.Ticks));
                due = clock.GetUtcNow() + wait;
                isAsking = false;
            }

            first?.TrySetResult();
            if (!WasEverRead)
                AskAgainAfter(wait);
        }
    }

    /// <summary>
    /// Asks again by a timer: requests for models of a provider that has never answered are rejected, so the list must not
    /// depend on them. The timer does not keep the list of a replaced configuration alive.
    /// </summary>
    private void AskAgainAfter(TimeSpan wait)
    {
        var list = new WeakReference<ProviderModelList>(this);
        ITimer? timer = null;
        timer = clock.CreateTimer(
            _ =>
            {
                timer?.Dispose();
                if (list.TryGetTarget(out var target))
                    target.Refresh();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>One answer from the provider.</summary>
    private sealed record Content(IReadOnlyList<ListedModel> Models, FrozenDictionary<string, ListedModel> ByKey)
    {
        public static readonly Content Nothing = new([], FrozenDictionary<string, ListedModel>.Empty);

        public static Content Of(IReadOnlyList<ListedModel> models, Func<string, string> keyOf)
        {
            var byKey = new Dictionary<string, ListedModel>(models.Count);
            foreach (var model in models)
                byKey.TryAdd(keyOf(model.Id), model);
            return new Content(models, byKey.ToFrozenDictionary());
        }
    }
}
