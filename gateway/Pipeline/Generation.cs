using System.Buffers;
using System.Text.Json;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Requests;
using Dragoman.Pipeline.Memory;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Steps 3 to 9 for every endpoint that generates: the rules of the way, whatever the dialects at its two ends.</summary>
public static class Generation
{
    /// <summary>Reads, resolves, reserves, sends, translates and settles one generation request.</summary>
    /// <exception cref="GatewayException">It failed before anything was sent to the client.</exception>
    public static async Task RunAsync(Exchange exchange, IInboundDialect dialect)
    {
        // Step 3: read.
        ChatRequest request;
        using (var body = await exchange.ReadJsonAsync().ConfigureAwait(false))
        {
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            request = Read(exchange, body, dialect.Read);
        }

        // Step 4: resolve.
        var model = await Resolution.FindAsync(exchange, request.Model, request.Client).ConfigureAwait(false)
            ?? throw new GatewayException(Resolution.NotFound(request.Model));
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        var context = new AnswerContext(request, exchange.RequestId, exchange.Clock, exchange.StartedAt) { Envelope = exchange.Snapshot.Envelope };
        var local = new ArrayBufferWriter<byte>();
        if (dialect.TryAnswerLocally(context, local))
        {
            exchange.RecentModels.Use(model, request.KeepAlive);
            await exchange.WriteJsonAsync(local).ConfigureAwait(false);
            return;
        }

        if (dialect.FindMissingCapability(request, model.Metadata.Capabilities) is { } missing)
            throw new GatewayException(missing);
        exchange.RecentModels.Use(model, request.KeepAlive);
        // What is refused or needs no provider is answered here; only what costs time is given back.
        if (HandOver.TryHandOver(exchange, request, model))
            return;

        // Step 5: reserve.
        var access = exchange.Snapshot.Access;
        var reservation = await access.ReserveAsync(exchange.Caller!, exchange.Http.RequestAborted).ConfigureAwait(false);
        var attempt = new Attempt(exchange, dialect, context, model.Metadata.ContextLength);
        try
        {
            await RunTargetsAsync(exchange, model, attempt).ConfigureAwait(false);
        }
        catch (GatewayException error)
        {
            attempt.Error ??= error.Error;
            attempt.WriteHeaders(error.Error.UpstreamRequestId, error.Error.RateLimits);
            if (!exchange.Http.Response.HasStarted)
                throw;
            // Keep-alives have gone out, so the status is spent.
            var lastWord = new ArrayBufferWriter<byte>();
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            dialect.OpenStream(context, lastWord).Fail(error.Error);
            await exchange.Http.Response.BodyWriter.WriteAsync(lastWord.WrittenMemory, exchange.Http.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (exchange.ClientLeft)
        {
            // Nobody is left to answer; what was produced is settled below.
        }
        finally
        {
            // Step 9: settle. A model's time begins anew when its answer is over.
            exchange.RecentModels.Use(model, request.KeepAlive);
            var settlement = attempt.Settle();
            await access.SettleAsync(reservation, settlement).ConfigureAwait(false);
            GatewayMetrics.CountLosses(attempt.Losses, dialect.Name, (attempt.Target ?? model.Targets[0]).Provider);
            SettlementLog.Write(exchange, dialect.Name, request, attempt.Target ?? model.Targets[0], attempt, settlement);
        }
    }

    /// <summary>Step 3, within the time that there is for it.</summary>
    /// <exception cref="GatewayException">The request is malformed, too large in some way, or takes too long.</exception>
    internal static ChatRequest Read(Exchange exchange, RequestJson body, Func<JsonElement, RequestContext, ChatRequest> read) => exchange.Read(_ =>
    {
        var request = exchange.Own(read(body.RootElement, exchange.RequestContext), body);
        RequestLimits.Check(request);
        return request;
    });

    /// <summary>Tries the targets in order until one begins to answer.</summary>
    private static async Task RunTargetsAsync(Exchange exchange, PublishedModel model, Attempt attempt)
    {
        for (var index = 0; ; index++)
        {
            try
            {
                await attempt.RunAsync(model.Targets[index]).ConfigureAwait(false);
                return;
            }
            catch (GatewayException error) when (
                error.Error.IsRetryable && error.Error != MemoryBudget.Full && !attempt.HasBegun && !exchange.ClientLeft && !exchange.Ending.IsCancellationRequested && index < model.Targets.Count - 1)
            {
                SettlementLog.WriteFallback(exchange, model.Targets[index], model.Targets[index + 1], error.Error);
            }
        }
    }
}
