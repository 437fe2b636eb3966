namespace Dragoman.Diagnosis;

/// <summary>Runs one step of an examination within its time.</summary>
internal static class Patience
{
    /// <summary>Runs a step.</summary>
    /// <param name="longest">How long it may take.</param>
    /// <param name="step">The step. It is left alone when it does not end in time.</param>
    /// <param name="cancellation">Ends the examination.</param>
    /// <exception cref="TimeoutException">The step did not end in time.</exception>
    public static async Task<T> RunAsync<T>(TimeSpan longest, Func<CancellationToken, Task<T>> step, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ending.CancelAfter(longest);
        try
        {
            return await step(ending.Token).WaitAsync(ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {longest.TotalSeconds:0.#} s");
        }
    }
}
