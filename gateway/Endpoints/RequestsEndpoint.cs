using System.Buffers;
using System.Text.Json;
using Dragoman.Access;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Pipeline.State;
using Dragoman.Wire;
using Role = Dragoman.Access.Directory.Role;

namespace Dragoman.Endpoints;

/// <summary>
/// <c>GET /dragoman/requests</c>: each settled request of this process, live, as lines of JSON or as server-sent events. It ends
/// when the client leaves, the process stops, or the caller may not watch any longer.
/// </summary>
internal sealed class RequestsEndpoint : IEndpoint
{
    /// <summary>The route's path.</summary>
    public const string Path = "/dragoman/requests";

    /// <summary>The longest silence, so that no proxy takes the connection for a dead one.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public async Task HandleAsync(Exchange exchange)
    {
        var watched = WatchedTeam(exchange);
        if (await QueryMistakes.RefuseAsync(exchange).ConfigureAwait(false))
            return;

        using var listener = exchange.RequestFeed.TryListen(watched) ?? throw new GatewayException(new GatewayError(
            ErrorKind.RateLimited,
            GatewayText.TooManyWatch(RequestFeed.MostListeners)));
        var response = exchange.Http.Response;
        var isEvents = exchange.Http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
        response.ContentType = isEvents ? "text/event-stream" : "application/x-ndjson";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        using var end = CancellationTokenSource.CreateLinkedTokenSource(exchange.Http.RequestAborted, exchange.DrainBegun);
        try
        {
            await SendAsync(exchange, listener, watched, isEvents, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client has left, or the process stops: a stream without an end of its own ends here.
        }
    }

    /// <summary>The team whose requests the caller may see; null for all.</summary>
    private static string? WatchedTeam(Exchange exchange)
    {
        var caller = exchange.Caller!;
        if (caller.Roles.Contains(Role.Admin) || caller.Roles.Contains(Role.Auditor))
            return null;
        return caller.Roles.Contains(Role.Lead) && caller.Team is { } team
            ? team
            : throw new GatewayException(new GatewayError(ErrorKind.Forbidden, AccessText.WatchingNeedsRole));
    }

    /// <summary>
    /// Whether the caller may still watch the same requests: the key can have been revoked since, the token expired, or the role
    /// taken away.
    /// </summary>
    private static async ValueTask<bool> MayStillWatchAsync(Exchange exchange, string? watched)
    {
        try
        {
            await Step2Authenticate.RunAsync(exchange, Path, needsTeam: false).ConfigureAwait(false);
            return WatchedTeam(exchange) == watched;
        }
        catch (GatewayException)
        {
            return false;
        }
    }

    private static async Task SendAsync(Exchange exchange, RequestListener listener, string? watched, bool isEvents, CancellationToken end)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        // The first line tells the client that it is connected.
        WriteKeepAlive(output, isEvents);
        Task<bool>? arrival = null;
        while (true)
        {
            await exchange.Http.Response.BodyWriter.WriteAsync(output.WrittenMemory, end).ConfigureAwait(false);
            output.ResetWrittenCount();
            arrival ??= listener.Requests.WaitToReadAsync(end).AsTask();
            var isQuiet = false;
            try
            {
                await arrival.WaitAsync(KeepAlive, exchange.Clock, end).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                isQuiet = true;
            }

            // A caller who was shut out may stay connected until the next line, but gets none.
            if (!await MayStillWatchAsync(exchange, watched).ConfigureAwait(false))
                return;
            if (isQuiet)
            {
                WriteKeepAlive(output, isEvents);
                continue;
            }

            arrival = null;
            if (listener.TakeDropped() is > 0 and var dropped)
                Write(output, isEvents, writer => writer.WriteNumber("dropped"u8, dropped));
            while (output.WrittenCount < 64 * 1024 && listener.Requests.TryRead(out var request))
                Write(output, isEvents, writer => WriteMembers(writer, request));
        }
    }

    private static void WriteKeepAlive(ArrayBufferWriter<byte> output, bool isEvents) => output.Write(isEvents ? ": keep-alive\n\n"u8 : "{}\n"u8);

    private static void Write(ArrayBufferWriter<byte> output, bool isEvents, Action<Utf8JsonWriter> writeMembers)
    {
        if (isEvents)
            output.Write("data: "u8);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }

        output.Write(isEvents ? "\n\n"u8 : "\n"u8);
    }

    private static void WriteMembers(Utf8JsonWriter writer, SettledRequest request)
    {
        writer.WriteString("time"u8, request.Time.UtcDateTime);
        writer.WriteString("requestId"u8, request.RequestId);
        writer.WriteString("team"u8, request.Caller.Team);
        writer.WriteString("key"u8, request.Caller.Key);
        writer.WriteString("user"u8, request.Caller.User);
        writer.WriteString("dialect"u8, request.Dialect);
        writer.WriteString("model"u8, request.Model);
        writer.WriteString("provider"u8, request.Target.Provider);
        writer.WriteString("upstreamModel"u8, request.Target.Model);
        writer.WriteString("outcome"u8, request.Outcome switch
        {
            Outcome.Completed => "completed"u8,
            Outcome.ClientLeft => "clientLeft"u8,
            _ => "failed"u8,
        });
        writer.WriteString("error"u8, request.Error is { } kind ? JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()) : null);
        writer.WriteNumber("inputTokens"u8, request.Usage.InputTotal);
        writer.WriteNumber("outputTokens"u8, request.Usage.OutputTotal);
        writer.WriteString("usage"u8, request.Usage.Origin switch
        {
            UsageOrigin.Reported => "reported"u8,
            UsageOrigin.Estimated => "estimated"u8,
            _ => "absent"u8,
        });
        if (request.FirstEvent is { } first)
            writer.WriteNumber("firstMs"u8, Math.Round(first.TotalMilliseconds, 2));
        else
            writer.WriteNull("firstMs"u8);
        writer.WriteNumber("totalMs"u8, Math.Round(request.Total.TotalMilliseconds, 2));
    }
}
