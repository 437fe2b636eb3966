using Dragoman.Stores;
using Microsoft.Extensions.Logging;

namespace Dragoman.Access.Limits;

/// <summary>Exchanges with the processes that share a store what each has used of a scope's limits and may still use.</summary>
/// <remarks>
/// Each write says how much its process leases in all, not how much more. So a write whose end is unknown can be followed by a read
/// and another write: the condition on the version makes sure that only one of the two is applied before the other is seen.
/// </remarks>
internal sealed partial class ScopeExchange(IDocumentStore store, TimeProvider clock, ILogger logger)
{
    /// <summary>How long an exchange may take. Requests may wait for it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(4);

    private readonly string process = Guid.NewGuid().ToString("N")[..12];
    private int isAway;
    private volatile bool isClosing;

    /// <summary>Whether the store did not answer last time. Then each process keeps its own part of the limits.</summary>
    public bool IsAway => Volatile.Read(ref isAway) != 0;

    /// <summary>Called after each exchange.</summary>
    public Action<ScopeLimits>? Ended { get; set; }

    /// <summary>From now on, everything is given back.</summary>
    public void Close() => isClosing = true;

    /// <summary>Exchanges for one scope. It does not throw. The caller sees to it that a scope has one exchange at a time.</summary>
    public Task RunAsync(ScopeLimits scope) => Task.Run(() => ExchangeAsync(scope));

    private async Task ExchangeAsync(ScopeLimits scope)
    {
        using var ending = new CancellationTokenSource(Longest, clock);
        var isWriting = false;
        try
        {
            for (var tries = 0; ; tries++)
            {
                var stored = await store.GetAsync(ScopeDocument.Kind, scope.DocumentId, ending.Token).WaitAsync(ending.Token).ConfigureAwait(false);
                Answered();
                var document = ScopeDocument.Read(stored?.Json);
                if (!scope.Plan(document, process, new(clock.GetUtcNow().UtcTicks), isClosing))
                    break;
                isWriting = true;
                var write = new Write(
                    Guid.NewGuid().ToString("N"),
                    [DocumentWrite.Put(ScopeDocument.Kind, scope.DocumentId, document.Write(), stored is null ? WriteCondition.Absent : WriteCondition.HasVersion(stored.Version))],
                    []);
                var result = await store.WriteAsync(write, ending.Token).WaitAsync(ending.Token).ConfigureAwait(false);
                isWriting = false;
                if (result.Version is not null)
                {
                    scope.Apply();
                    break;
                }

                scope.Discard();
                // Without pauses, more writers get less done (specs/stores.md 1).
                await Task.Delay(FirstPause * (1 << Math.Min(tries, 5)) * Random.Shared.NextDouble(), clock, ending.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is StoreUnavailableException or StoreSchemaException or OperationCanceledException)
        {
            scope.Lose(isWriting);
            Lost(exception);
        }

        scope.EndExchange();
        Ended?.Invoke(scope);
    }

    private void Answered()
    {
        if (Interlocked.Exchange(ref isAway, 0) != 0)
            LogBack();
    }

    private void Lost(Exception exception)
    {
        if (Interlocked.Exchange(ref isAway, 1) == 0)
            LogAway(exception is OperationCanceledException ? $"it did not answer within {Longest.TotalSeconds:0.#} s" : exception.Message);
    }

    [LoggerMessage(LogLevel.Warning, "The store cannot be asked for the limits: {Reason}. Until it answers, each process allows its own part of them.")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Information, "The store answers again, and the limits count over all processes.")]
    private partial void LogBack();
}
