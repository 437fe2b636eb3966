using System.Buffers;
using System.Text.Json;
using Dragoman.Access;
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
        var model = await Step4Resolve.FindAsync(exchange, request.Model, request.Client).ConfigureAwait(false)
            ?? throw new GatewayException(Step4Resolve.NotFound(request.Model));
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
        var client = new Recipient(exchange, dialect, context);
        var attempt = new Attempt(client, model.Metadata.ContextLength);
        GatewayError? failure = null;
        try
        {
            await new Targets(exchange, model, attempt.RunAsync, () => attempt.HasBegun).RunAsync().ConfigureAwait(false);
        }
        catch (GatewayException error)
        {
            failure = error.Error;
            client.WriteHeaders(error.Error.UpstreamRequestId, error.Error.RateLimits);
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
            failure = attempt.Answer?.Error ?? failure;
            var outcome = failure is not null ? Outcome.Failed
                : attempt.Answer?.IsOver == true ? Outcome.Completed
                : exchange.ClientLeft ? Outcome.ClientLeft
                : Outcome.Failed;
            var settlement = new Settlement(outcome, attempt.Answer?.Usage ?? Usage.Absent);
            await access.SettleAsync(reservation, settlement).ConfigureAwait(false);
            GatewayMetrics.CountLosses(attempt.Losses, dialect.Name, (attempt.Target ?? model.Targets[0]).Provider);
            SettlementLog.Write(exchange, dialect.Name, request, attempt.Target ?? model.Targets[0], attempt, failure, settlement);
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
}
