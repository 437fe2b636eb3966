using System.Runtime.ExceptionServices;
using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>Carries the table of second tries out: the only loop that sends something again.</summary>
internal static class SecondTries
{
    /// <summary>Runs until it goes well, or nothing in the table helps any more.</summary>
    /// <param name="exchange">The exchange whose client must still be connected.</param>
    /// <param name="rows">What may be done. Each run of this method counts for itself, so that rows of a call begin anew with each target.</param>
    /// <param name="run">What is tried.</param>
    /// <param name="cure">Does what a row says; false when the row is not for this failure, or cannot help.</param>
    /// <param name="hasBegun">Whether some of the answer has gone to the client; null: nothing goes there before the end.</param>
    /// <exception cref="GatewayException">The last failure.</exception>
    public static async Task RunAsync(
        Exchange exchange, IReadOnlyList<SecondTry> rows, Func<Task> run, Func<SecondTry, GatewayError, ValueTask<bool>> cure, Func<bool>? hasBegun = null)
    {
        int[]? done = null;
        while (true)
        {
            GatewayException failure;
            try
            {
                await run().ConfigureAwait(false);
                return;
            }
            catch (GatewayException error) when (!exchange.ClientLeft && hasBegun?.Invoke() != true)
            {
                failure = error;
            }

            done ??= new int[rows.Count];
            if (!await TryCureAsync(rows, done, failure.Error, cure).ConfigureAwait(false))
                ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Asks the rows in their order; the first that helps is counted.</summary>
    private static async ValueTask<bool> TryCureAsync(IReadOnlyList<SecondTry> rows, int[] done, GatewayError failure, Func<SecondTry, GatewayError, ValueTask<bool>> cure)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            if (done[row] >= rows[row].AtMost || !await cure(rows[row], failure).ConfigureAwait(false))
                continue;
            done[row]++;
            return true;
        }

        return false;
    }
}
