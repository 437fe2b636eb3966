using System.Diagnostics;
using System.Net;
using Dragoman.Access.Credentials;

namespace Dragoman.Bench.Access;

/// <summary>The time from the revocation of a key until each process refuses it.</summary>
/// <param name="Refused">For each process the seconds until its first refusal was received.</param>
/// <param name="LastServed">For each process the seconds until it got the last request that it served; 0 when none came after the revocation.</param>
internal sealed record RevocationMeasure(double[] Refused, double[] LastServed)
{
    /// <summary>The requests that each process serves before, so that all of them know the key.</summary>
    private const int Before = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <param name="clients">A client of each process with the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="admin">A client with the administrator's key.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    public static async Task<RevocationMeasure> MeasureAsync(IReadOnlyList<HttpClient> clients, string key, HttpClient admin, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(Deadline);
        var ready = new CountdownEventAsync(clients.Count);
        var asking = clients.Select((client, number) => AskUntilRefusedAsync(client, Interval * number / clients.Count, ready, stop.Token)).ToArray();
        try
        {
            await ready.Reached.WaitAsync(stop.Token);
            var revokedAt = Stopwatch.GetTimestamp();
            using (var answer = await admin.DeleteAsync($"/dragoman/keys/{KeyText.IdOf(key)}", stop.Token))
            {
                if (!answer.IsSuccessStatusCode)
                    throw new InvalidOperationException($"the revocation was answered {(int)answer.StatusCode}");
            }

            var seen = await Task.WhenAll(asking);
            return new(
                [.. seen.Select(each => Stopwatch.GetElapsedTime(revokedAt, each.Refused).TotalSeconds)],
                [.. seen.Select(each => Math.Max(0, Stopwatch.GetElapsedTime(revokedAt, each.LastServed).TotalSeconds))]);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidOperationException($"a revoked key was not refused by all processes within {Deadline.TotalSeconds} s");
        }
    }

    private static async Task<(long LastServed, long Refused)> AskUntilRefusedAsync(HttpClient client, TimeSpan offset, CountdownEventAsync ready, CancellationToken cancellation)
    {
        await Task.Delay(offset, cancellation);
        using var pace = new PeriodicTimer(Interval);
        for (var (served, lastServed) = (0, 0L); ; served++)
        {
            var sent = Stopwatch.GetTimestamp();
            var status = await AccessBed.AskAsync(client, cancellation);
            if (status == (int)HttpStatusCode.Unauthorized && served >= Before)
                return (lastServed, Stopwatch.GetTimestamp());
            if (status != (int)HttpStatusCode.OK)
                throw new InvalidOperationException($"a request with the key was answered {status} before it was revoked");
            lastServed = sent;
            if (served + 1 == Before)
                ready.Signal();
            await pace.WaitForNextTickAsync(cancellation);
        }
    }

    /// <summary>Completes a task when everybody has signaled.</summary>
    private sealed class CountdownEventAsync(int count)
    {
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int left = count;

        public Task Reached => reached.Task;

        public void Signal()
        {
            if (Interlocked.Decrement(ref left) == 0)
                reached.SetResult();
        }
    }
}
