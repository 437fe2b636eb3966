using System.Buffers;
using System.Diagnostics;
using System.IO.Hashing;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Telemetry;

/// <summary>
/// The source of the gateway's spans, and the trace that each belongs to (W3C Trace Context,
/// https://www.w3.org/TR/trace-context/). Without an exporter nothing listens, and nothing is made.
/// </summary>
internal static class Tracing
{
    /// <summary>The name of the source, for exporters.</summary>
    public const string SourceName = "Dragoman";

    public static readonly ActivitySource Source = new(SourceName);

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private const string ParentHeader = "traceparent";
    private const string StateHeader = "tracestate";

    /// <summary>What vendors must at least be able to pass on (W3C Trace Context 3.3.1.5). A longer one is left out, because a client could send any length.</summary>
    private const int LongestState = 512;

    /// <summary>The id of the request whose span is made on this thread at this moment.</summary>
    [ThreadStatic]
    private static string? requestOfNewTrace;

    static Tracing() => Activity.TraceIdGenerator = NewTraceId;

    /// <summary>Whether anything listens.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>Starts the span of a request: in the trace of the client, or in a new one.</summary>
    /// <param name="name">The name of the span.</param>
    /// <param name="headers">The client's headers.</param>
    /// <param name="requestId">
    /// The request's id. The id of a new trace follows from it, so that the spans of a request that nginx has sent to several processes
    /// are one trace, and the line in nginx's access log belongs to it: they have the request's id in common.
    /// </param>
    /// <returns>The span; null if nobody wants it.</returns>
    public static Activity? StartRequest(string name, IHeaderDictionary headers, string requestId)
    {
        requestOfNewTrace = requestId;
        try
        {
            return Source.StartActivity(name, ActivityKind.Server, ParentIn(headers));
        }
        finally
        {
            requestOfNewTrace = null;
        }
    }

    /// <summary>The headers with which a provider continues the trace; none without a span of the gateway.</summary>
    /// <returns>Names and values, which are ASCII without control characters.</returns>
    public static IEnumerable<(string Name, string Value)> HeadersForProvider()
    {
        if (Activity.Current is not { Id: { } id } span || span.Source != Source)
            yield break;
        yield return (ParentHeader, id);
        if (!string.IsNullOrEmpty(span.TraceStateString))
            yield return (StateHeader, span.TraceStateString);
    }

    /// <summary>The id of the trace of a request that is in no trace yet: the id itself, if it has the form of one, else its hash.</summary>
    internal static ActivityTraceId TraceIdOf(string requestId)
    {
        if (requestId.Length == 32 && !requestId.AsSpan().ContainsAnyExcept(HexDigits) && requestId.AsSpan().ContainsAnyExcept('0'))
            return ActivityTraceId.CreateFromString(requestId);
        return ActivityTraceId.CreateFromBytes(XxHash128.Hash(Encoding.UTF8.GetBytes(requestId)));
    }

    private static ActivityTraceId NewTraceId() => requestOfNewTrace is { } id ? TraceIdOf(id) : ActivityTraceId.CreateRandom();

    private static ActivityContext ParentIn(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(ParentHeader, out var parent) || parent.Count != 1)
            return default;
        return ActivityContext.TryParse(parent[0], StateIn(headers), isRemote: true, out var context) ? context : default;
    }

    private static string? StateIn(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(StateHeader, out var values))
            return null;
        var state = string.Join(',', values.AsEnumerable());
        return state.Length is > 0 and <= LongestState && !state.AsSpan().ContainsAnyExceptInRange(' ', '~') ? state : null;
    }
}
