using System.Globalization;
using System.Net;
using Dragoman.Configuration;
using Dragoman.Connections;
using Dragoman.Secrets;
using Dragoman.Stores;
using Microsoft.Extensions.Logging;

namespace Dragoman.Access.Budgets;

/// <summary>Sends a message for each notice to the operator's webhook, again until it is accepted. No request waits for it.</summary>
internal sealed partial class BudgetWebhook : IAsyncDisposable
{
    /// <summary>How long a receiver may take.</summary>
    public static readonly TimeSpan LongestTry = TimeSpan.FromSeconds(15);

    /// <summary>The notices that wait at most. A receiver that is away must not fill the memory.</summary>
    private const int MostWaiting = 10_000;

    /// <summary>The messages that are sent at the same time.</summary>
    private const int MostAtOnce = 4;

    /// <summary>How long a message is signed with the replaced key too, so that its receiver need not take over the new one in the same moment.</summary>
    private static readonly TimeSpan KeyOverlap = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestStorePause = TimeSpan.FromMinutes(1);

    /// <summary>The pauses after the tries: 11 tries within 16 hours.</summary>
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(4), TimeSpan.FromHours(8),
    ];

    private readonly BudgetWebhookSettings settings;
    private readonly LiveSecret secret;
    private readonly NoticeClaims claims;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly HttpMessageInvoker http;
    private readonly SemaphoreSlim turns = new(MostAtOnce);
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly HashSet<Task> running = [];
    private bool isStopping;
    private int pausing;

    /// <param name="settings">Where messages go.</param>
    /// <param name="secret">The key of the signatures.</param>
    /// <param name="connections">The connections to it, such as <see cref="CreateConnections"/>; disposed with this.</param>
    /// <param name="store">The store by which the processes agree on who sends a message.</param>
    /// <param name="clock">The time, and all pauses.</param>
    /// <param name="logger">Is told which messages were not delivered.</param>
    public BudgetWebhook(BudgetWebhookSettings settings, LiveSecret secret, HttpMessageHandler connections, IDocumentStore store, TimeProvider clock, ILogger logger)
    {
        (this.settings, this.secret, this.clock, this.logger) = (settings, secret, clock, logger);
        claims = new(store, clock);
        http = new(connections);
    }

    /// <summary>The messages that are not delivered yet.</summary>
    internal int Count
    {
        get
        {
            lock (gate)
                return running.Count;
        }
    }

    /// <summary>Those of them that wait for the clock.</summary>
    internal int Pausing => Volatile.Read(ref pausing);

    public static SocketsHttpHandler CreateConnections() => PlainConnections.Create(LongestTry);

    /// <summary>Begins to send a message.</summary>
    public void Post(BudgetNotice notice)
    {
        lock (gate)
        {
            if (isStopping)
                return;
            if (running.Count < MostWaiting)
            {
                var task = Task.Run(() => DeliverAsync(notice));
                running.Add(task);
                task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                return;
            }
        }

        LogGivenUp(logger, notice.KindName, notice.Budget, settings.Url.Authority, "too many others wait");
    }

    /// <summary>Ends all tries. Another process, or the next one, goes on with them when it notices the same.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] last;
        lock (gate)
        {
            if (isStopping)
                return;
            isStopping = true;
            last = [.. running];
        }

        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(last).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Dispose();
        turns.Dispose();
        stop.Dispose();
    }

    private static TimeSpan PauseAfter(int tries) => Pauses[Math.Min(tries, Pauses.Length) - 1];

    private void Forget(Task task)
    {
        lock (gate)
            running.Remove(task);
    }

    private async Task DeliverAsync(BudgetNotice notice)
    {
        WebhookMessage? message = null;
        var isSent = false;
        for (var away = 0; ;)
        {
            TimeSpan pause;
            try
            {
                var turn = await claims.TakeAsync(notice, PauseAfter, stop.Token).ConfigureAwait(false);
                if (turn.Kind == NoticeTurnKind.Over)
                    return;
                if (turn.Kind == NoticeTurnKind.Others)
                {
                    pause = turn.AskAgainAt - clock.GetUtcNow();
                }
                else
                {
                    var failure = isSent ? null : await TryAsync(keys => message ??= new(notice, settings.Url, keys)).ConfigureAwait(false);
                    isSent = failure is null;
                    if (isSent || turn.Tries > Pauses.Length)
                    {
                        if (!isSent)
                            LogGivenUp(logger, notice.KindName, notice.Budget, settings.Url.Authority, failure!);
                        await claims.EndAsync(notice, turn, stop.Token).ConfigureAwait(false);
                        return;
                    }

                    pause = PauseAfter(turn.Tries);
                    LogFailed(logger, turn.Tries, notice.KindName, notice.Budget, settings.Url.Authority, failure!, pause);
                }
            }
            catch (Exception error) when (error is StoreUnavailableException or StoreSchemaException)
            {
                pause = TimeSpan.FromSeconds(1 << Math.Min(away++, 6));
                pause = pause < LongestStorePause ? pause : LongestStorePause;
            }

            await PauseAsync(pause > TimeSpan.Zero ? pause : TimeSpan.FromMilliseconds(1)).ConfigureAwait(false);
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        var over = Task.Delay(pause, clock, stop.Token);
        Interlocked.Increment(ref pausing);
        try
        {
            await over.ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref pausing);
        }
    }

    /// <returns>Why the message was not accepted; null if it was.</returns>
    private async Task<string?> TryAsync(Func<byte[], WebhookMessage> message)
    {
        if (await FindKeysAsync().ConfigureAwait(false) is not [var key, ..] keys)
            return "its secret is not available";
        await turns.WaitAsync(stop.Token).ConfigureAwait(false);
        using var late = new CancellationTokenSource(LongestTry, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop.Token);
        try
        {
            using var request = message(key).ToRequest(clock.GetUtcNow(), keys);
            using var answer = await http.SendAsync(request, end.Token).ConfigureAwait(false);
            return answer.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"it answered with the status {(int)answer.StatusCode}");
        }
        catch (HttpRequestException error)
        {
            // A message of the framework might have the address.
            return $"{error.HttpRequestError}";
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it did not answer within {LongestTry.TotalSeconds} s");
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>The key of the signatures, and the one that it has replaced a short time ago; empty when there is none.</summary>
    private async Task<List<byte[]>> FindKeysAsync()
    {
        try
        {
            var current = BudgetWebhookSettings.KeyOf(await secret.GetAsync(stop.Token).ConfigureAwait(false));
            var previous = secret.PreviousWithin(KeyOverlap) is { } replaced ? BudgetWebhookSettings.KeyOf(replaced) : null;
            return [.. new[] { current, previous }.OfType<byte[]>()];
        }
        catch (SecretException)
        {
            // The store of secrets has logged the reason.
            return [];
        }
    }

    [LoggerMessage(LogLevel.Warning, "Try {Tries} to send the message budget.{Kind} about {Budget} to the webhook at {Host} failed: {Reason}. The next one is after {Pause}.")]
    private static partial void LogFailed(ILogger logger, int tries, string kind, BudgetScope budget, string host, string reason, TimeSpan pause);

    [LoggerMessage(LogLevel.Error, "The message budget.{Kind} about {Budget} is not sent to the webhook at {Host}: {Reason}.")]
    private static partial void LogGivenUp(ILogger logger, string kind, BudgetScope budget, string host, string reason);
}
