using System.Collections.Frozen;
using Dragoman.Conversation;

namespace Dragoman.Catalog;

/// <summary>
/// The models that one provider lists, remembered. Only the very first question is ever waited for. A list that has
/// grown old is served while a new one is fetched, a list that failed is asked for again in the background, and a
/// provider that is down does not empty it.
/// </summary>
/// <param name="provider">The provider's name.</param>
/// <param name="lister">Asks it.</param>
/// <param name="keyOf">The key under which a listed id is found; equal for equal names.</param>
/// <param name="clock">Measures ages and waits.</param>
internal sealed class ProviderModelList(string provider, ModelLister lister, Func<string, string> keyOf, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    /// <summary>Of one question.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>How long the first answer is waited for by those who can do without it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private volatile Content content = Content.Nothing;
    private Task? firstQuestion;
    private Task? patience;
    private bool isAsking;
    private DateTimeOffset due = DateTimeOffset.MinValue;
    private TimeSpan retry = FirstRetry;

    public string Provider => provider;

    /// <summary>As the provider listed them; empty while it has not answered.</summary>
    public IReadOnlyList<ListedModel> Models => content.Models;

    /// <summary>False while the provider has not answered even once.</summary>
    public bool WasEverRead => !ReferenceEquals(content, Content.Nothing);

    /// <summary>Completes when the first question was answered, or will not be. Never fails.</summary>
    public Task FirstQuestion => firstQuestion ?? Task.CompletedTask;

    /// <summary>Completes with <see cref="FirstQuestion"/>, but after a second at the latest. Never fails.</summary>
    public Task FirstSecond => patience ?? Task.CompletedTask;

    public ListedModel? Find(string key) => content.ByKey.GetValueOrDefault(key);

    /// <summary>Asks the provider if that is due. Returns at once.</summary>
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
            // A lister that does not look at its token must not hold the list for ever.
            var models = await lister(provider, timeout.Token).WaitAsync(timeout.Token).ConfigureAwait(false);
            content = Content.Of(models, keyOf);
            isRead = true;
        }
        catch (Exception error) when (error is GatewayException or OperationCanceledException)
        {
            // The next question may be answered.
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
    /// Requests for models of a provider that was never heard are refused, so the list may not wait for one of them. The
    /// timer does not keep the list of a configuration that was replaced.
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

    /// <summary>One answer of the provider.</summary>
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
