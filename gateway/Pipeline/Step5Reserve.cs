using Dragoman.Access;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Step 5, and step 9 behind it: whatever calls a provider for a client does it between the two.</summary>
internal static class Step5Reserve
{
    /// <summary>Sets aside what may be used, runs, and settles what was used, however it ended.</summary>
    /// <param name="exchange">The exchange that makes the request.</param>
    /// <param name="model">The published name.</param>
    /// <param name="targets">Who may be asked.</param>
    /// <param name="bound">What it may use at most.</param>
    /// <param name="run">Steps 6 to 8.</param>
    /// <param name="consumed">Returns what was used, given the failure that <paramref name="run"/> ended with.</param>
    /// <param name="log">Writes the settlement down; null: it is not worth a line.</param>
    /// <exception cref="GatewayException">A limit or a budget is used up, or it failed.</exception>
    public static async Task RunAsync(
        Exchange exchange,
        string model,
        IReadOnlyList<Target> targets,
        UpperBound bound,
        Func<Task> run,
        Func<GatewayError?, Consumption> consumed,
        Action<Settlement, GatewayError?>? log = null)
    {
        // The policy may measure the prompt.
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        var reservation = await exchange.Snapshot.Access.ReserveAsync(exchange.Caller!, model, targets, bound, exchange.Http.RequestAborted).ConfigureAwait(false);
        GatewayError? failure = null;
        try
        {
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
}
