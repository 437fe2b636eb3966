using Dragoman.Access;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Providers;

namespace Dragoman.Pipeline;

/// <summary>Steps 4 to 9 for every endpoint that embeds; step 3 and the answer's form are the endpoint's own.</summary>
public static class Embedding
{
    /// <exception cref="GatewayException">No target could answer.</exception>
    public static async Task<EmbeddingAnswer> RunAsync(Exchange exchange, string dialect, EmbeddingRequest request, PublishedModel model)
    {
        if (model.Metadata.Capabilities.Lacks(ModelCapabilities.Embedding))
            throw GatewayException.Invalid("model", $"\"{request.Model}\" does not support embeddings");

        // Step 5: reserve.
        var access = exchange.Snapshot.Access;
        var reservation = await access.ReserveAsync(exchange.Caller!, exchange.Http.RequestAborted).ConfigureAwait(false);
        var usage = Usage.Absent;
        GatewayError? failure = null;
        var target = model.Targets[0];
        try
        {
            for (var index = 0; ; index++)
            {
                target = model.Targets[index];
                try
                {
                    var answer = await SendAsync(exchange, request, target).ConfigureAwait(false);
                    usage = answer.Usage;
                    return answer;
                }
                catch (GatewayException error) when (error.Error.IsRetryable && !exchange.ClientLeft && index < model.Targets.Count - 1)
                {
                    SettlementLog.WriteFallback(exchange, target, model.Targets[index + 1], error.Error);
                }
            }
        }
        catch (GatewayException error)
        {
            failure = error.Error;
            throw;
        }
        finally
        {
            // Step 9: settle.
            var outcome = failure is not null ? Outcome.Failed : exchange.ClientLeft ? Outcome.ClientLeft : Outcome.Completed;
            var settlement = new Settlement(outcome, usage);
            await access.SettleAsync(reservation, settlement).ConfigureAwait(false);
            SettlementLog.WriteEmbeddings(exchange, dialect, request, target, failure, settlement);
        }
    }

    private static async Task<EmbeddingAnswer> SendAsync(Exchange exchange, EmbeddingRequest request, Target target)
    {
        var provider = exchange.Snapshot.ProviderOf(target);

        // Step 6: write.
        var call = provider.Dialect.WriteEmbeddings(request, target.Model, new LossReport());

        // Step 7: send.
        using var clock = new UpstreamClock(provider.Settings.Timeouts, exchange.Clock, exchange.Http.RequestAborted);
        try
        {
            using var upstream = await provider.SendAsync(call, clock.Token).ConfigureAwait(false);
            var body = await upstream.ReadBodyAsync(UpstreamBody.Largest, clock.Token).ConfigureAwait(false);

            // Step 8: translate.
            var answer = provider.Dialect.ReadEmbeddings(body);
            return answer.Vectors.Count == request.Inputs.Count
                ? answer
                : throw new GatewayException(new GatewayError(
                    ErrorKind.UpstreamFailed,
                    $"The provider answered {answer.Vectors.Count} vectors for {request.Inputs.Count} texts."));
        }
        catch (OperationCanceledException error) when (clock.TimedOut)
        {
            throw new GatewayException(clock.Error, error);
        }
    }
}
