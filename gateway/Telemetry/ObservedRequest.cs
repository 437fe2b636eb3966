using System.Diagnostics;
using System.Globalization;
using Dragoman.Conversation;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Telemetry;

/// <summary>One request of a client, as a span and in metrics (https://opentelemetry.io/docs/specs/semconv/http/). It has no query, no header and no body.</summary>
internal sealed class ObservedRequest
{
    /// <summary>The status of a request whose client has left before it was answered, as nginx counts it.</summary>
    private const int ClientLeft = 499;

    private const int LongestPath = 200;

    /// <summary>The methods of the convention; any other one would make another series.</summary>
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

    private readonly HttpContext http;
    private readonly Activity? span;
    private ErrorKind? failure;
    private int? settledAs;

    private ObservedRequest(HttpContext http, string path, string? route, string requestId)
    {
        (this.http, Route) = (http, route);
        Method = Array.IndexOf(Methods, http.Request.Method) < 0 ? GenAI.Other : http.Request.Method;
        span = Tracing.IsOn ? Tracing.StartRequest(NameOf(Method, route), http.Request.Headers, requestId) : null;
        if (span is not { IsAllDataRequested: true })
            return;
        span.SetTag("http.request.method", Method);
        span.SetTag("url.scheme", Scheme);
        span.SetTag("url.path", path.Length <= LongestPath ? path : path[..LongestPath]);
        span.SetTag("network.protocol.version", http.Request.Protocol.StartsWith("HTTP/", StringComparison.Ordinal) ? http.Request.Protocol[5..] : null);
        span.SetTag("dragoman.request_id", requestId);
        if (route is not null)
            span.SetTag("http.route", route);
    }

    /// <summary>One of the convention's methods.</summary>
    public string Method { get; }

    public string Scheme => http.Request.IsHttps ? "https" : "http";

    /// <summary>The path in the route table; null if there is no such route.</summary>
    public string? Route { get; }

    /// <summary>The last call to a provider for this request; null if there was none.</summary>
    public ModelCall? Call { get; set; }

    /// <summary>Begins to observe a request.</summary>
    /// <param name="http">The request and its response.</param>
    /// <param name="path">Its path without the query.</param>
    /// <param name="route">The path in the route table; null if there is no such route.</param>
    /// <param name="requestId">Its id.</param>
    /// <returns>Null if nothing listens.</returns>
    public static ObservedRequest? Begin(HttpContext http, string path, string? route, string requestId) =>
        Tracing.IsOn || RequestMetrics.IsOn || ModelCall.IsOn ? new(http, path, route, requestId) : null;

    /// <summary>The request was answered with an error.</summary>
    public void Fails(ErrorKind kind) => failure = kind;

    /// <summary>The request was settled.</summary>
    /// <param name="status">The status of its error, which may have come when the response had begun with another one.</param>
    /// <param name="error">The error; null if there was none.</param>
    public void Settles(int status, ErrorKind? error) => (settledAs, failure) = (status, error ?? failure);

    /// <summary>The request is over.</summary>
    /// <param name="duration">How long it took.</param>
    /// <param name="team">The caller's team; null if it has none.</param>
    /// <param name="key">The public id of the caller's key; null if it has none.</param>
    public void End(TimeSpan duration, string? team, string? key)
    {
        var isLeft = http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted;
        var sent = isLeft ? ClientLeft : http.Response.StatusCode;
        var status = isLeft || settledAs is not { } settled ? sent : settled;
        // It counts where it is answered.
        var isHandedOver = http.Response.Headers.ContainsKey("X-Accel-Redirect");
        if (!isHandedOver)
            RequestMetrics.Count(this, status, sent, duration);
        if (span is null)
            return;
        if (span.IsAllDataRequested)
            Describe(span, status, sent, team, key);
        if (isHandedOver)
            span.SetTag("dragoman.handed_over", true);
        span.Dispose();
    }

    /// <summary>Why the server could not serve the request, in a word of few; null if that was not the server's failure.</summary>
    public string? ErrorType(int status) =>
        status < 500 ? null : failure is { } kind ? GenAI.NameOf(kind) : status.ToString(CultureInfo.InvariantCulture);

    private static string NameOf(string method, string? route)
    {
        var verb = method == GenAI.Other ? "HTTP" : method;
        return route is null ? verb : $"{verb} {route}";
    }

    private void Describe(Activity described, int status, int sent, string? team, string? key)
    {
        described.SetTag("http.response.status_code", sent);
        if (team is not null)
            described.SetTag("dragoman.team", team);
        if (key is not null)
            described.SetTag("dragoman.key", key);
        if (ErrorType(status) is not { } type)
            return;
        described.SetTag(GenAI.ErrorType, type);
        described.SetStatus(ActivityStatusCode.Error);
    }
}
