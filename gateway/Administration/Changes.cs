using Dragoman.Locales;
using Dragoman.Stores;

namespace Dragoman.Administration;

/// <summary>Makes changes: on the state on which they were decided, once, and with their entries in the audit log.</summary>
/// <param name="store">The store.</param>
/// <param name="clock">The time of the audit entries.</param>
internal sealed class Changes(IDocumentStore store, TimeProvider clock)
{
    /// <summary>How often a change is decided anew because somebody else was faster.</summary>
    private const int MostTries = 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a write is sent whose outcome is not known.</summary>
    private const int MostSends = 2;

    /// <param name="call">The call that asks for the change.</param>
    /// <param name="plan">Reads what is there and decides.</param>
    /// <param name="cancellation">Ends the reading. A write is not canceled, because its outcome would not be known.</param>
    public async Task<AdminAnswer> MakeAsync(AdminCall call, Func<CancellationToken, Task<PlannedChange>> plan, CancellationToken cancellation)
    {
        var record = IdempotencyRecord.IdOf(call);
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (record is not null && await store.GetAsync(IdempotencyRecord.Kind, record, cancellation).ConfigureAwait(false) is { } earlier)
                return IdempotencyRecord.Replay(earlier, call);
            var change = await plan(cancellation).ConfigureAwait(false);
            if (change.Unchanged is { } version)
                return new AdminAnswer(change.Status, change.State) { ETag = Preconditions.ETagOf(version) };
            IReadOnlyList<DocumentWrite> documents = record is null ? change.Documents : [.. change.Documents, IdempotencyRecord.Put(record, call, change)];
            if (await WriteAsync(documents, change.Audit, call.Actor).ConfigureAwait(false) is { } written)
            {
                return new AdminAnswer(change.Status, change.ShownOnce ?? change.State)
                {
                    ETag = change.State.IsEmpty ? null : Preconditions.ETagOf(written),
                    Location = change.Location,
                };
            }

            await PauseAsync(tries, cancellation).ConfigureAwait(false);
        }

        throw new RefusedCall(Problem.Conflict(AdministrationText.OthersChangeIt));
    }

    /// <summary>A random pause, which doubles: two that change the same thing at the same rate would always meet.</summary>
    private static Task PauseAsync(int tries, CancellationToken cancellation)
    {
        var most = Math.Min(LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * Math.Pow(2, tries));
        return Task.Delay(TimeSpan.FromMilliseconds(most * Random.Shared.NextDouble()), cancellation);
    }

    /// <summary>Applies changes.</summary>
    /// <returns>The version of the write; null if a document was not in the state that was expected.</returns>
    public async Task<long?> WriteAsync(IReadOnlyList<DocumentWrite> documents, IReadOnlyList<AuditRecord> audit, AdminActor actor)
    {
        var now = Timestamp.Now(clock);
        var write = new Write(Guid.NewGuid().ToString("N"), documents, [.. audit.Select(record => record.ToJson(actor, now))]);
        for (var sends = 1; ; sends++)
        {
            try
            {
                return (await store.WriteAsync(write, CancellationToken.None).ConfigureAwait(false)).Version;
            }
            catch (StoreUnavailableException) when (sends < MostSends)
            {
                // The same operation id: if only the answer was lost, this gets the first result.
            }
        }
    }
}
