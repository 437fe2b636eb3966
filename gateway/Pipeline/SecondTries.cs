using System.Runtime.ExceptionServices;
using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>Runs the table of second tries. No other code in the gateway sends a request again.</summary>
internal static class SecondTries
{
    /// <summary>Runs until a try succeeds, or no row of the table applies.</summary>
    /// <param name="exchange">The exchange; its client must still be connected for a second try.</param>
    /// <param name="rows">The rows that may be used, the narrowest scope first.</param>
    /// <param name="tried">What is tried.</param>
    /// <exception cref="GatewayException">The last failure.</exception>
    public static async Task RunAsync(Exchange exchange, IReadOnlyList<SecondTry> rows, ITried tried)
    {
        int[]? used = null;
        while (true)
        {
            GatewayException failure;
            try
            {
                await tried.TryAsync().ConfigureAwait(false);
                return;
            }
            catch (GatewayException error) when (MayTryAgain(exchange, tried))
            {
                failure = error;
            }

            used ??= new int[rows.Count];
            await CureAsync(exchange, rows, used, tried, failure).ConfigureAwait(false);
        }
    }

    private static bool MayTryAgain(Exchange exchange, ITried tried) => !exchange.ClientLeft && !tried.HasBegun;

    /// <summary>Uses the first row that applies.</summary>
    /// <exception cref="GatewayException">No row applies.</exception>
    private static async Task CureAsync(Exchange exchange, IReadOnlyList<SecondTry> rows, int[] used, ITried tried, GatewayException failure)
    {
        SecondTry.Of? ended = null;
        for (var row = 0; row < rows.Count; row++)
        {
            if (used[row] >= rows[row].AtMost || rows[row].Scope <= ended)
                continue;
            try
            {
                if (!await tried.TryCureAsync(rows[row], failure.Error).ConfigureAwait(false))
                    continue;
            }
            catch (GatewayException error) when (MayTryAgain(exchange, tried))
            {
                // The cure failed. That ends its scope, and is the failure for the wider ones.
                (failure, ended) = (error, rows[row].Scope);
                continue;
            }

            used[row]++;
            for (var narrower = 0; narrower < row; narrower++)
            {
                if (rows[narrower].Scope < rows[row].Scope)
                    used[narrower] = 0;
            }

            return;
        }

        ExceptionDispatchInfo.Throw(failure);
    }
}
