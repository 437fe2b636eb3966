using System.Runtime.ExceptionServices;
using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>Runs the table of second tries. No other loop sends anything again.</summary>
internal static class SecondTries
{
    /// <summary>Repeats until a try succeeds, or no row of the table helps any more.</summary>
    /// <param name="exchange">The exchange whose client must still be connected.</param>
    /// <param name="rows">The rows that may be used. Their counts start again with each call of this method, such as for each target.</param>
    /// <param name="run">Makes one try.</param>
    /// <param name="cure">Applies a row; false when the row does not apply to this failure, or cannot help.</param>
    /// <param name="hasBegun">Whether part of the answer was sent to the client; null when nothing is sent before the end.</param>
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

    /// <summary>Tries the rows in their order; counts the first one that helps.</summary>
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
