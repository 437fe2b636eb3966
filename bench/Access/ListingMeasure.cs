using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Dragoman.Bench.Access;

/// <summary>The times of all pages of the list of keys, read one after the other over HTTP.</summary>
/// <param name="PageSize">The keys of a page.</param>
/// <param name="Keys">The keys of all pages.</param>
/// <param name="Milliseconds">The time of each page, from before its request until its last byte.</param>
internal sealed record ListingMeasure(int PageSize, int Keys, double[] Milliseconds)
{
    public static async Task<ListingMeasure> MeasureAsync(HttpClient admin, int pageSize, CancellationToken cancellation)
    {
        var (keys, times, after) = (0, new List<double>(), "");
        do
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await admin.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/dragoman/keys?limit={pageSize}{after}"), cancellation);
            var page = await answer.Content.ReadAsByteArrayAsync(cancellation);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException($"a page of keys was answered {(int)answer.StatusCode}");
            using var json = JsonDocument.Parse(page);
            keys += json.RootElement.GetProperty("items").GetArrayLength();
            after = json.RootElement.GetProperty("next").GetString() is { } next ? "&after=" + Uri.EscapeDataString(next) : null;
        }
        while (after is not null);

        return new(pageSize, keys, [.. times]);
    }
}
