using System.Buffers;
using System.Globalization;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Memory;
using Dragoman.Secrets;
using Dragoman.Telemetry;
using Dragoman.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Dragoman.Endpoints;

/// <summary>The entry for every request, the same in both hosts: steps 1 and 2 of every route, and the answer to every failure.</summary>
public sealed partial class Gateway(GatewayRuntime runtime, ILogger<Gateway> logger)
{
    /// <summary>The longest error message in UTF-16 units: some messages quote what the client sent, which may be of any size.</summary>
    private const int LongestMessage = 2000;

    /// <summary>Some programs send the user information of a URL only after they were asked for it.</summary>
    private static readonly StringValues Challenges = new(["Bearer realm=\"dragoman\"", "Basic realm=\"dragoman\", charset=\"UTF-8\""]);

    private readonly FrontGuard front = new(runtime, logger);

    public async Task HandleAsync(HttpContext http)
    {
        // Step 1: receive.
        var path = Step1Receive.PathOf(http);
        var route = RouteTable.Find(path, out var rest)?.For(http.Request.Headers);
        var exchange = Step1Receive.Open(http, runtime, route?.Errors ?? RouteTable.ErrorsOf(path), rest);
        var requestId = exchange.RequestId;
        if (route is not { IsProbe: true })
            exchange.Observed = ObservedRequest.Begin(http, path, route?.Path, requestId);
        var isTaken = route is { IsProbe: true } || runtime.Drain.TryEnter();
        try
        {
            await front.AdmitAsync(exchange, route, path).ConfigureAwait(false);
            Step1Receive.RefuseConnect(http);
            var access = exchange.Snapshot.Configuration.Access;
            if (!BrowserOrigins.Admit(http, access.Origins) || !HostGuard.Admit(http, access.Hosts))
            {
                if (http.Response.StatusCode == StatusCodes.Status403Forbidden)
                    Refused(logger, requestId, LoggedText.Cut(http.Request.Headers.Origin.ToString()), LoggedText.Cut(http.Request.Host.Value ?? ""));
                return;
            }

            OpenNetwork.RefuseUnlessAllowed(http, access);
            if (!await Step1Receive.TryTakeAsync(exchange, runtime, isTaken).ConfigureAwait(false))
                return;
            if (route is null || !AdminPort.Serves(http, route, access))
                throw new GatewayException(new GatewayError(ErrorKind.NotFound, GatewayText.UnknownUrl(http.Request.Method, path)));
            var session = route.OpenWebSocket is not null && WebSocketHandshake.IsAsked(http.Request) ? route.OpenWebSocket(exchange.Snapshot.Configuration.Limits, runtime.Memory) : null;
            if (session is null && !(route.Access == RouteAccess.AfterHandshake && HttpMethods.IsOptions(http.Request.Method)))
                Step1Receive.RefuseOtherMethods(http, path, route.Methods);
            if (route.Access is not (RouteAccess.Nobody or RouteAccess.AfterHandshake))
                await Step2Authenticate.RunAsync(exchange, route.Prefix, needsTeam: route.Access == RouteAccess.Caller).ConfigureAwait(false);
            // Each message of a WebSocket is a request of its own, and the connection is none.
            exchange.IsCounted = route.Access != RouteAccess.Caller || session is not null;
            // What may be handed over counts where it is answered, which step 4 decides.
            if (route.Endpoint is not GenerationEndpoint || !HandOver.MayHandOver(exchange))
                await Step2Authenticate.AdmitAsync(exchange).ConfigureAwait(false);
            if (session is not null)
                await ServeWebSocketAsync(exchange, session).ConfigureAwait(false);
            else
                await route.Endpoint.HandleAsync(exchange).ConfigureAwait(false);
        }
        catch (GatewayException error)
        {
            await AnswerAsync(exchange, await Step2Authenticate.AdmitFailedAsync(exchange, error.Error).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has left, so there is nobody to answer.
        }
        catch (OutOfMemoryException error)
        {
            // The estimates were too low, or the heap is too fragmented. The request's memory is free now.
            Failed(logger, requestId, http.Request.Method, path, error);
            await AnswerAsync(exchange, MemoryBudget.Full).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Failed(logger, requestId, LoggedText.Cut(http.Request.Method), LoggedText.Cut(path), new ScrubbedException(error, exchange.Snapshot.Credentials));
            await AnswerAsync(exchange, new GatewayError(ErrorKind.Internal, GatewayText.Failed(requestId))).ConfigureAwait(false);
        }
        finally
        {
            exchange.Release();
            exchange.Observed?.End(exchange.Elapsed, exchange.Caller?.Team, exchange.Caller?.Key);
            if (isTaken && route is not { IsProbe: true })
                runtime.Drain.Leave();
        }
    }

    /// <summary>Serves a WebSocket; each message is handled by <see cref="HandleAsync"/> as a separate request.</summary>
    private Task ServeWebSocketAsync(Exchange exchange, MessageSession session) => runtime.HandsOver
        ? WebSocketConnection.RunAsync(exchange, session, runtime.Memory, HandleAsync)
        : throw new GatewayException(new GatewayError(ErrorKind.NotImplemented, GatewayText.NoWebSocket));

    private static async Task AnswerAsync(Exchange exchange, GatewayError error)
    {
        var response = exchange.Http.Response;
        exchange.Observed?.Fails(error.Kind);
        if (response.HasStarted)
        {
            // It is too late for an error status. A broken connection at least does not look like a normal end.
            exchange.Http.Abort();
            return;
        }

        if (error.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            response.Headers["retry-after-ms"] = Math.Ceiling(wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        }

        // Ollama's account endpoints refuse callers whom the gateway knows.
        if (error.Kind == ErrorKind.Unauthenticated && exchange.Caller is null)
            response.Headers.WWWAuthenticate = Challenges;
        // SDKs retry every 429 and 5xx unless this header says not to (specs/dialects.md 1.1).
        if (error.Kind is ErrorKind.QuotaExceeded or ErrorKind.BudgetExceeded or ErrorKind.NotImplemented || MemoryBudget.IsFinal(error))
            response.Headers["x-should-retry"] = "false";
        var told = error.For(exchange.Locale);
        if (error.Text.IsTranslated)
            response.Headers.ContentLanguage = told.Locale.Language;

        try
        {
            await exchange.DiscardRestAsync().ConfigureAwait(false);
            if (exchange.Errors.PlainTextOf(error) is { } text)
            {
                await exchange.WriteAsync(text, "text/plain", error.Status).ConfigureAwait(false);
                return;
            }

            var body = new ArrayBufferWriter<byte>(256);
            exchange.Errors.WriteError(body, told.Message.Length > LongestMessage ? told with { Text = Wording.Verbatim(Shorten(told.Message)) } : told, exchange.RequestId);
            // Load balancers and proxies know 503, but not Anthropic's 529.
            var status = error == Drain.Restarting || error.Code == MemoryBudget.Full.Code ? error.Status : exchange.Errors.StatusOf(error);
            await exchange.WriteAsync(body.WrittenMemory, exchange.Errors.ContentType, status).ConfigureAwait(false);
        }
        catch (Exception) when (exchange.ClientLeft)
        {
            // The client has left, so there is nobody to answer.
        }
    }

    private static string Shorten(string message)
    {
        return string.Concat(message.AsSpan(0, char.IsHighSurrogate(message[LongestMessage - 1]) ? LongestMessage - 1 : LongestMessage), "…");
    }

    /// <summary>As with Ollama, the client gets no reason in the response; the log line gives it to the operator.</summary>
    [LoggerMessage(11, LogLevel.Warning, "refused {RequestId} origin=[{Origin}] host=[{Host}]; /access/origins and /access/hosts admit more")]
    private static partial void Refused(ILogger logger, string requestId, string origin, string host);

    [LoggerMessage(10, LogLevel.Error, "failed {RequestId} {Method} {Path}")]
    private static partial void Failed(ILogger logger, string requestId, string method, string path, Exception error);
}
