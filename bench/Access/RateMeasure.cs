using System.Diagnostics;
using System.Net;

namespace Dragoman.Bench.Access;

/// <summary>How many requests several processes admit together of a key with a limit of requests a minute.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Asked">All requests.</param>
/// <param name="Admitted">The seconds after the start at which the admitted ones were sent, in order.</param>
internal sealed record RateMeasure(int Limit, int Asked, double[] Admitted)
{
    private const double Minute = 60;

    /// <summary>The most that were admitted within any 60 seconds.</summary>
    public int MostInAMinute
    {
        get
        {
            var (most, first) = (0, 0);
            for (var last = 0; last < Admitted.Length; last++)
            {
                while (Admitted[last] - Admitted[first] >= Minute)
                    first++;
                most = Math.Max(most, last - first + 1);
            }

            return most;
        }
    }

    /// <param name="clients">A client of each process with the key. Each of them sends its next request when the last one was answered.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="length">For how long.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    public static async Task<RateMeasure> MeasureAsync(IReadOnlyList<HttpClient> clients, int limit, TimeSpan length, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var each = await Task.WhenAll(clients.Select(client => Task.Run(() => HammerAsync(client), cancellation)));
        return new(limit, each.Sum(one => one.Asked), [.. each.SelectMany(one => one.Admitted).Order()]);

        async Task<(int Asked, List<double> Admitted)> HammerAsync(HttpClient client)
        {
            var (asked, admitted) = (0, new List<double>());
            while (Stopwatch.GetElapsedTime(began) is var sent && sent < length)
            {
                var status = await AccessBed.AskAsync(client, cancellation);
                asked++;
                if (status == (int)HttpStatusCode.OK)
                    admitted.Add(sent.TotalSeconds);
                else if (status != (int)HttpStatusCode.TooManyRequests)
                    throw new InvalidOperationException($"a request of the key with a limit was answered {status}");
            }

            return (asked, admitted);
        }
    }
}
