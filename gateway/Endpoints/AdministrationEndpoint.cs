using System.Globalization;
using Dragoman.Access.Credentials;
using Dragoman.Administration;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Microsoft.Extensions.Primitives;

namespace Dragoman.Endpoints;

/// <summary>The routes under <c>/dragoman/</c> that <see cref="AdminApi"/> answers: HTTP in front of it, and nothing else.</summary>
/// <param name="resource">The resource, such as <c>keys</c>.</param>
internal sealed class AdministrationEndpoint(string resource) : IEndpoint
{
    private const string WhoAmI = "whoami";

    public async Task HandleAsync(Exchange exchange)
    {
        var http = exchange.Http;
        var api = exchange.Administration;
        if (api is null && resource != WhoAmI)
            throw new GatewayException(new GatewayError(ErrorKind.NotFound, GatewayText.StoreNeeded));
        var headers = http.Request.Headers;
        var actor = AdminActor.Of(exchange.Caller!, ClientAddress.Of(http, exchange.Snapshot.Configuration.Access.Proxies).ToString(), exchange.RequestId);
        var call = new AdminCall(http.Request.Method, exchange.RouteValue.Length == 0 ? resource : $"{resource}/{exchange.RouteValue}", actor)
        {
            Query = [.. http.Request.Query.SelectMany(parameter => parameter.Value, (parameter, value) => KeyValuePair.Create(parameter.Key, value ?? ""))],
            IfMatch = Given(headers.IfMatch),
            IfNoneMatch = Given(headers.IfNoneMatch),
            IdempotencyKey = Given(headers["Idempotency-Key"]),
            Accept = Given(headers.Accept),
            ContentType = Given(headers.ContentType),
            Locale = exchange.Locale,
            IsFromPage = headers.Origin.Count > 0,
            Body = await exchange.ReadSmallBodyAsync(AdminApi.LargestBody).ConfigureAwait(false),
        };
        var answer = api is null ? AdminApi.AnswerWhoAmI(call) : await api.HandleAsync(call, http.RequestAborted).ConfigureAwait(false);
        await WriteAsync(exchange, answer).ConfigureAwait(false);
    }

    private static string? Given(StringValues header) => header.Count == 0 ? null : header.ToString();

    private static async Task WriteAsync(Exchange exchange, AdminAnswer answer)
    {
        var response = exchange.Http.Response;
        // An answer may contain a new key.
        response.Headers.CacheControl = "no-store";
        if (answer.ETag is { } etag)
            response.Headers.ETag = etag;
        if (answer.Location is { } location)
            response.Headers.Location = "/dragoman/" + location;
        if (answer.Allow is { } methods)
            response.Headers.Allow = methods;
        if (answer.RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (answer.Language is { } language)
            response.Headers.ContentLanguage = language;
        if (answer.IsReplay)
            response.Headers["Idempotency-Replayed"] = "true";
        if (answer.Body.IsEmpty)
            response.StatusCode = answer.Status;
        else
            await exchange.WriteAsync(answer.Body, answer.ContentType, answer.Status).ConfigureAwait(false);
    }
}
