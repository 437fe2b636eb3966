using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Dragoman.Telemetry;

/// <summary>The metrics of the clients' requests.</summary>
internal static class RequestMetrics
{
    private static readonly Meter Meter = new("Dragoman");

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "dragoman.requests",
        unit: "{request}",
        description: "Requests, by what became of them. A stream that broke counts as the error that it ended with.");

    /// <summary>The convention's bounds, and longer ones: an answer of a model takes longer than that of a web server.</summary>
    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "http.server.request.duration",
        "s",
        "How long a request took, with its answer.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120, 300] });

    /// <summary>Whether anything listens.</summary>
    public static bool IsOn => Requests.Enabled || Durations.Enabled;

    /// <summary>Counts a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The status that it counts as.</param>
    /// <param name="sent">The status that was sent.</param>
    /// <param name="duration">How long it took.</param>
    public static void Count(ObservedRequest request, int status, int sent, TimeSpan duration)
    {
        var counted = new TagList { { "dragoman.status_class", status switch { < 400 => "2xx", < 500 => "4xx", _ => "5xx" } } };
        if (request.Call is { } call)
        {
            counted.Add(GenAI.ProviderName, call.ProviderName);
            counted.Add(GenAI.Provider, call.Provider);
        }

        Requests.Add(1, counted);
        var timed = new TagList
        {
            { "http.request.method", request.Method },
            { "http.response.status_code", sent },
            { "url.scheme", request.Scheme },
        };
        if (request.Route is { } route)
            timed.Add("http.route", route);
        if (request.ErrorType(status) is { } type)
            timed.Add(GenAI.ErrorType, type);
        Durations.Record(duration.TotalSeconds, timed);
    }
}
