using System.Diagnostics;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>Waits for something observable in another process, up to a deadline that only a failing test reaches.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Polls until <paramref name="holds"/> is true.</summary>
    /// <exception cref="TimeoutException">It did not become true in time, by default within <see cref="Deadline"/>.</exception>
    public static Task HoldsAsync(Func<bool> holds, Func<string> otherwise, TimeSpan? within = null) =>
        HoldsAsync(() => Task.FromResult(holds()), otherwise, within);

    /// <inheritdoc cref="HoldsAsync(Func{bool}, Func{string}, TimeSpan?)"/>
    public static async Task HoldsAsync(Func<Task<bool>> holds, Func<string> otherwise, TimeSpan? within = null)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            if (waited.Elapsed > (within ?? Deadline))
                throw new TimeoutException(otherwise());
            await Task.Delay(PollInterval);
        }
    }
}
