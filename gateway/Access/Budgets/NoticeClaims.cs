using System.Text.Json;
using Dragoman.Stores;

namespace Dragoman.Access.Budgets;

/// <summary>Sees to it that one of the processes that share a store sends a message, and another one if the first has disappeared.</summary>
/// <param name="store">The store that they share.</param>
/// <param name="clock">The time.</param>
internal sealed class NoticeClaims(IDocumentStore store, TimeProvider clock)
{
    /// <summary>A lease, so that these documents are not in the feed of changes.</summary>
    public const string Kind = "lease-budget-notice";

    /// <summary>What the clocks of processes may differ by, and how long a try may take.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly string process = Guid.NewGuid().ToString("N");

    /// <summary>Asks for the next try.</summary>
    /// <param name="notice">What the message is about.</param>
    /// <param name="pauseAfter">The pause after a try that fails, by the number of tries until then.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer. It may have given the try.</exception>
    public async Task<NoticeTurn> TakeAsync(BudgetNotice notice, Func<int, TimeSpan> pauseAfter, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var document = await store.GetAsync(Kind, IdOf(notice), cancellation).ConfigureAwait(false);
        var present = document is null ? null : JsonSerializer.Deserialize(document.Json.Span, NoticeJson.Default.NoticeClaim);
        var order = present is null ? -1 : string.CompareOrdinal(present.Period, notice.Period.Name);
        if (order > 0 || (order == 0 && present!.IsOver))
            return new(NoticeTurnKind.Over);
        if (order == 0 && present!.Process != process && present.Until > now)
            return new(NoticeTurnKind.Others, present.Until);
        var tries = order == 0 ? present!.Tries + 1 : 1;
        var claim = new NoticeClaim(notice.Period.Name, process, now + pauseAfter(tries) + Margin, tries, IsOver: false);
        var written = await WriteAsync(notice, claim, document is null ? WriteCondition.Absent : WriteCondition.HasVersion(document.Version), cancellation).ConfigureAwait(false);
        // A refusal may be due to an earlier try of the same write, whose answer was lost.
        return written is { } version ? new(NoticeTurnKind.Own, Tries: tries, Version: version) : new(NoticeTurnKind.Others, now + Moment);
    }

    /// <summary>Says that nobody has to try any more.</summary>
    /// <param name="notice">What the message is about.</param>
    /// <param name="turn">The turn in which it was delivered or given up.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public Task EndAsync(BudgetNotice notice, NoticeTurn turn, CancellationToken cancellation) =>
        WriteAsync(notice, new(notice.Period.Name, process, clock.GetUtcNow(), turn.Tries, IsOver: true), WriteCondition.HasVersion(turn.Version), cancellation);

    private static string IdOf(BudgetNotice notice) => $"{notice.Budget.Owner.Account}:{BudgetPeriod.NameOf(notice.Budget.Period.Kind)}:{notice.KindName}";

    private async Task<long?> WriteAsync(BudgetNotice notice, NoticeClaim claim, WriteCondition condition, CancellationToken cancellation)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(claim, NoticeJson.Default.NoticeClaim);
        var result = await store.WriteAsync(Write.Repeatable(DocumentWrite.Put(Kind, IdOf(notice), json, condition)), cancellation).ConfigureAwait(false);
        return result.Version;
    }
}
