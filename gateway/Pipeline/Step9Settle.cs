using Dragoman.Access;
using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>Step 9: charges what was used. It cannot be canceled, because a client that leaves does not undo what was used.</summary>
internal static class Step9Settle
{
    /// <param name="exchange">The exchange to settle.</param>
    /// <param name="reservation">What was reserved.</param>
    /// <param name="consumed">What was used.</param>
    /// <param name="log">Logs the settlement; null when it is not logged.</param>
    public static async Task RunAsync(Exchange exchange, Reservation reservation, Consumption consumed, Action<Settlement, GatewayError?>? log)
    {
        var outcome = consumed.Error is not null ? Outcome.Failed
            : consumed.IsOver ? Outcome.Completed
            : exchange.ClientLeft ? Outcome.ClientLeft
            : Outcome.Failed;
        var settlement = new Settlement(outcome, consumed.Uses, consumed.Error?.Status ?? exchange.Http.Response.StatusCode, exchange.Elapsed);
        exchange.Observed?.Settles(settlement.Status, consumed.Error?.Kind);
        await exchange.Access.SettleAsync(reservation, settlement).ConfigureAwait(false);
        log?.Invoke(settlement, consumed.Error);
    }
}
