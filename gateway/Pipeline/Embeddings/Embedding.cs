using Dragoman.Access;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Pipeline.Memory;

namespace Dragoman.Pipeline.Embeddings;

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
        var losses = new LossReport();
        try
        {
            EmbeddingAnswer? answer = null;
            await new Targets(exchange, model, async next =>
            {
                target = next;
                var batch = new EmbeddingBatch(exchange, target, request, model.Metadata.ContextLength);
                try
                {
                    // Steps 6 to 8.
                    answer = await batch.RunAsync().ConfigureAwait(false);
                }
                finally
                {
                    // What a target embedded before it failed is used all the same.
                    usage = usage.Plus(batch.Usage);
                    losses = batch.Losses;
                }
            }).RunAsync().ConfigureAwait(false);
            return answer!;
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
            SettlementLog.WriteEmbeddings(exchange, dialect, request, target, failure, settlement, losses);
        }
    }
}
