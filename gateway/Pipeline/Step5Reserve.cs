using System.Globalization;
using Dragoman.Access;
using Dragoman.Access.Budgets;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Step 5, followed at the end by step 9. Everything that calls a provider for a client runs between the two.</summary>
internal static class Step5Reserve
{
    /// <summary>Reserves what the request may use, runs it, and settles what it used, however it ended.</summary>
    /// <param name="exchange">The exchange that makes the request.</param>
    /// <param name="use">What the request may use.</param>
    /// <param name="run">Runs steps 6 to 8.</param>
    /// <param name="consumed">Returns what was used, given the failure that <paramref name="run"/> ended with.</param>
    /// <param name="log">Logs the settlement; null when it is not logged.</param>
    /// <exception cref="GatewayException">A limit or a budget is used up, or <paramref name="run"/> failed.</exception>
    public static async Task RunAsync(
        Exchange exchange,
        PlannedUse use,
        Func<Task> run,
        Func<GatewayError?, Consumption> consumed,
        Action<Settlement, GatewayError?>? log = null)
    {
        // The policy may estimate the length of the prompt.
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        var reservation = await ReserveAsync(exchange, use).ConfigureAwait(false);
        if (reservation.Hold?.Warning is { } warning && !exchange.Http.Response.HasStarted)
            exchange.Http.Response.Headers[BudgetWarning.Header] = warning.ToHeader();
        if (reservation.Hold?.OutputLimit is { } limit)
        {
            exchange.OutputLimit = limit;
            if (!exchange.Http.Response.HasStarted)
                exchange.Http.Response.Headers[Exchange.OutputLimitHeader] = limit.ToString(CultureInfo.InvariantCulture);
        }

        GatewayError? failure = null;
        try
        {
            await Step2Authenticate.ConfirmAsync(exchange).ConfigureAwait(false);
            await run().ConfigureAwait(false);
        }
        catch (GatewayException error)
        {
            failure = error.Error;
            throw;
        }
        finally
        {
            await Step9Settle.RunAsync(exchange, reservation, consumed(failure), log).ConfigureAwait(false);
        }
    }

    private static async ValueTask<Reservation> ReserveAsync(Exchange exchange, PlannedUse use)
    {
        try
        {
            var reserving = exchange.Access.ReserveAsync(exchange.Caller!, exchange.Admission, use, exchange.Http.RequestAborted);
            exchange.HasWaited |= !reserving.IsCompleted;
            return await reserving.ConfigureAwait(false);
        }
        finally
        {
            // Fewer tokens are left than when the request was admitted, whether they sufficed or not.
            if (exchange.Caller!.LimitsTokens)
                exchange.WriteOwnLimits();
        }
    }
}
