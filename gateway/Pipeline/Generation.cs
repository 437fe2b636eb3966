using System.Buffers;
using Dragoman.Access;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Steps 3 to 9 of every endpoint that generates, whatever the dialects of the client and the provider.</summary>
public static class Generation
{
    /// <summary>Reads, resolves, reserves, sends, translates and settles one generation request.</summary>
    /// <exception cref="GatewayException">The request failed before anything was sent to the client.</exception>
    public static async Task RunAsync(Exchange exchange, IInboundDialect dialect)
    {
        var request = await Step3Read.RunAsync(exchange, dialect.Read).ConfigureAwait(false);
        if (await Step4Resolve.RunAsync(exchange, dialect, request).ConfigureAwait(false) is not ({ } model, { } client))
            return;
        var attempt = new Attempt(client, model.Metadata.ContextLength);
        GatewayError? lastWord = null;
        await Step5Reserve.RunAsync(exchange, model.Name, model.Targets, BoundOf(request), AnswerAsync, Consumed, Log).ConfigureAwait(false);

        async Task AnswerAsync() => lastWord = await TryTargetsAsync(client, model, attempt).ConfigureAwait(false);

        Consumption Consumed(GatewayError? failure)
        {
            // The model's time as a loaded one starts again when its answer ends.
            exchange.RecentModels.Use(model, request.KeepAlive);
            return new Consumption(attempt.Answer?.Usage ?? Usage.Absent, attempt.Answer?.IsOver == true, attempt.Answer?.Error ?? lastWord ?? failure);
        }

        void Log(Settlement settlement, GatewayError? error)
        {
            var target = attempt.Target ?? model.Targets[0];
            GatewayMetrics.CountLosses(attempt.Losses, dialect.Name, target.Provider);
            SettlementLog.Write(exchange, dialect.Name, request, target, attempt, error, settlement);
        }
    }

    private static UpperBound BoundOf(ChatRequest request) =>
        new(() => TokenEstimate.Of(request), (long?)request.Sampling.MaxOutputTokens * request.ExpectedChoices);

    /// <summary>Steps 6 to 8.</summary>
    /// <returns>The failure that was reported in the dialect's stream; null when there was none.</returns>
    /// <exception cref="GatewayException">The request failed before anything was sent to the client.</exception>
    private static async Task<GatewayError?> TryTargetsAsync(Recipient client, PublishedModel model, Attempt attempt)
    {
        var (exchange, dialect, context) = client;
        try
        {
            await new Targets(exchange, model, attempt.RunAsync, () => attempt.HasBegun).RunAsync().ConfigureAwait(false);
            return null;
        }
        catch (GatewayException error)
        {
            client.WriteHeaders(error.Error.UpstreamRequestId, error.Error.RateLimits);
            if (!exchange.Http.Response.HasStarted)
                throw;
            // Keep-alives were sent, so the status can no longer change.
            var lastWord = new ArrayBufferWriter<byte>();
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            dialect.OpenStream(context, lastWord).Fail(error.Error);
            await exchange.Http.Response.BodyWriter.WriteAsync(lastWord.WrittenMemory, exchange.Http.RequestAborted).ConfigureAwait(false);
            return error.Error;
        }
        catch (OperationCanceledException) when (exchange.ClientLeft)
        {
            // The client has left; step 9 settles what was produced.
            return null;
        }
    }
}
