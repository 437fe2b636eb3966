using System.Buffers;
using Dragoman.Access;
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
        var attempt = new Attempt(client, model);
        GatewayError? lastWord = null;
        var use = new PlannedUse(exchange.RequestId, dialect.Name, model.Name, model.Targets, BoundOf(exchange, request));
        await Step5Reserve.RunAsync(exchange, use, AnswerAsync, Consumed, Log).ConfigureAwait(false);

        async Task AnswerAsync()
        {
            try
            {
                await SecondTries.RunAsync(exchange, SecondTry.OfGeneration, attempt).ConfigureAwait(false);
                await EndAsync().ConfigureAwait(false);
            }
            catch (GatewayException error)
            {
                client.WriteHeaders(error.Error.UpstreamRequestId, error.Error.RateLimits);
                attempt.WriteCost();
                if (!exchange.Http.Response.HasStarted)
                    throw;
                // Keep-alives were sent, so the status can no longer change.
                lastWord = error.Error;
                await WriteLastWordAsync(client, lastWord).ConfigureAwait(false);
                await EndAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (exchange.ClientLeft)
            {
                // The client has left; step 9 settles what was produced.
            }
            finally
            {
                attempt.Dispose();
            }
        }

        ValueTask EndAsync() => exchange.Trailer?.EndAsync(attempt.Cost) ?? default;

        Consumption Consumed(GatewayError? failure)
        {
            // The model's time as a loaded one starts again when its answer ends.
            exchange.RecentModels.Use(model, request.KeepAlive);
            return new Consumption(attempt.Uses, attempt.Answer?.IsOver == true, attempt.Answer?.Error ?? lastWord ?? failure);
        }

        void Log(Settlement settlement, GatewayError? error)
        {
            GatewayMetrics.CountLosses(attempt.Losses, dialect.Name, attempt.Target.Provider);
            SettlementLog.Write(exchange, dialect.Name, request, attempt, error, settlement);
        }
    }

    private static UpperBound BoundOf(Exchange exchange, ChatRequest request) =>
        new(() => TokenEstimate.Of(request), (long?)request.Sampling.MaxOutputTokens * request.ExpectedChoices)
        {
            MostInputTokens = TokenBound.Of(request, exchange.Body.Length),
            Choices = request.ExpectedChoices,
        };

    /// <summary>Reports a failure in the dialect's stream.</summary>
    private static async Task WriteLastWordAsync(Recipient client, GatewayError error)
    {
        var (exchange, dialect, context) = client;
        var lastWord = new ArrayBufferWriter<byte>();
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        dialect.OpenStream(context, lastWord).Fail(error.For(exchange.Locale));
        await exchange.WriteStreamAsync(lastWord.WrittenMemory).ConfigureAwait(false);
    }
}
