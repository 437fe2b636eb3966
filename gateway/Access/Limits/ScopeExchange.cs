using Dragoman.Stores;
using Microsoft.Extensions.Logging;

namespace Dragoman.Access.Limits;

/// <summary>Exchanges with the processes that share a store what each has used of a scope's limits and may still use.</summary>
/// <remarks>
/// Each write says how much its process leases in all, not how much more. So a write whose end is unknown can be followed by a read
/// and another write: the condition on the version makes sure that only one of the two is applied before the other is seen, and the
/// number of the write in the document says which one it was. So the writes need no operation ids, which would stay in the store.
/// </remarks>
internal sealed partial class ScopeExchange(IDocumentStore store, TimeProvider clock, ILogger logger)
{
    /// <summary>How long an exchange may take. Requests may wait for it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(4);

    private readonly string process = Guid.NewGuid().ToString("N")[..12];
    private int isAway;
    private long lastProbe;
    private int running;
    private int pausing;
    private volatile bool isClosing;

    /// <summary>Whether the store did not answer last time. Then each process keeps its own part of the limits.</summary>
    public bool IsAway => Volatile.Read(ref isAway) != 0;

    /// <summary>The exchanges that have begun and not ended.</summary>
    public int Running => Volatile.Read(ref running);

    /// <summary>Those of them that wait for the clock.</summary>
    public int Pausing => Volatile.Read(ref pausing);

    /// <summary>Whether it is time to try again whether the store answers. Nobody waits for that.</summary>
    public bool IsProbeDue(Moment now)
    {
        var last = Volatile.Read(ref lastProbe);
        return now.Ticks - last >= Longest.Ticks && Interlocked.CompareExchange(ref lastProbe, now.Ticks, last) == last;
    }

    /// <summary>Called after each exchange.</summary>
    public Action<ScopeLimits>? Ended { get; set; }

    /// <summary>From now on, everything is given back.</summary>
    public void Close() => isClosing = true;

    /// <summary>Exchanges for one scope. It does not throw. The caller sees to it that a scope has one exchange at a time.</summary>
    public Task RunAsync(ScopeLimits scope)
    {
        Interlocked.Increment(ref running);
        return Task.Run(() => ExchangeAsync(scope));
    }

    private async Task ExchangeAsync(ScopeLimits scope)
    {
        using var ending = new CancellationTokenSource(Longest, clock);
        var isWriting = false;
        var tries = 0;
        try
        {
            while (true)
            {
                var stored = await store.GetAsync(ScopeDocument.Kind, scope.DocumentId, ending.Token).WaitAsync(ending.Token).ConfigureAwait(false);
                Answered();
                var document = ScopeDocument.Read(stored?.Json);
                if (!scope.Plan(document, process, new(clock.GetUtcNow().UtcTicks), isClosing))
                    break;
                if (ChangeOf(scope.DocumentId, document, stored) is not { } change)
                {
                    scope.Apply();
                    break;
                }

                isWriting = true;
                var result = await store.WriteAsync(Write.Repeatable(change), ending.Token).WaitAsync(ending.Token).ConfigureAwait(false);
                isWriting = false;
                if (result.Version is not null)
                {
                    scope.Apply();
                    break;
                }

                scope.Refuse();
                // Without pauses, more writers get less done (specs/stores.md 1).
                await PauseAsync(FirstPause * (1 << Math.Min(tries++, 5)) * Random.Shared.NextDouble(), ending.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (tries > 0)
        {
            // The store answers, but others were always first. Those who wait are told to try again.
            scope.Lose(isWriting);
        }
        catch (Exception exception)
        {
            // Whatever it is, requests go on without the store.
            scope.Lose(isWriting);
            Lost(exception);
        }

        scope.EndExchange();
        Ended?.Invoke(scope);
        Interlocked.Decrement(ref running);
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellation)
    {
        var paused = Task.Delay(pause, clock, cancellation);
        Interlocked.Increment(ref pausing);
        try
        {
            await paused.ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref pausing);
        }
    }

    /// <summary>The change that makes the store say what the document says. A process that stops leaves none behind that nobody needs.</summary>
    private DocumentWrite? ChangeOf(string id, ScopeDocument document, StoredDocument? stored)
    {
        var isOver = isClosing && document.IsOver(new Moment(clock.GetUtcNow().UtcTicks).Segment);
        if (stored is null)
            return isOver ? null : DocumentWrite.Put(ScopeDocument.Kind, id, document.Write(), WriteCondition.Absent);
        var condition = WriteCondition.HasVersion(stored.Version);
        return isOver ? DocumentWrite.Delete(ScopeDocument.Kind, id, condition) : DocumentWrite.Put(ScopeDocument.Kind, id, document.Write(), condition);
    }

    private void Answered()
    {
        if (Interlocked.Exchange(ref isAway, 0) != 0)
            LogBack();
    }

    private void Lost(Exception exception)
    {
        if (Interlocked.Exchange(ref isAway, 1) != 0)
            return;
        // A message of a library might have a password.
        LogAway(exception switch
        {
            StoreUnavailableException or StoreSchemaException => exception.Message,
            OperationCanceledException => $"It did not answer within {Longest.TotalSeconds:0.#} s.",
            _ => exception.GetType().Name,
        });
    }

    [LoggerMessage(LogLevel.Warning, "The store cannot be asked for the limits; until it answers, each process allows its own part of them: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Information, "The store answers again, and the limits count over all processes.")]
    private partial void LogBack();
}
