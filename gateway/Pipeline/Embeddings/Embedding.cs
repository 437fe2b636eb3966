using Dragoman.Access;
using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Pipeline.Embeddings;

/// <summary>Steps 5 to 9 for every endpoint that embeds; the steps before them and the answer's form are the endpoint's own.</summary>
public static class Embedding
{
    /// <exception cref="GatewayException">No target could answer.</exception>
    public static async Task<EmbeddingAnswer> RunAsync(Exchange exchange, string dialect, EmbeddingRequest request, PublishedModel model)
    {
        if (model.Metadata.Capabilities.Lacks(ModelCapabilities.Embedding))
            throw GatewayException.Invalid("model", $"\"{request.Model}\" does not support embeddings");
        var usage = Usage.Absent;
        var target = model.Targets[0];
        var losses = new LossReport();
        EmbeddingAnswer? answer = null;
        var bound = new UpperBound(() => request.Inputs.Sum(text => (long)TokenEstimate.AtMost(text)), 0);
        await Step5Reserve.RunAsync(
            exchange,
            model.Name,
            model.Targets,
            bound,
            () => new Targets(exchange, model, EmbedAsync).RunAsync(),
            failure => new Consumption(usage, answer is not null, failure),
            (settlement, failure) => SettlementLog.WriteEmbeddings(exchange, dialect, request, target, failure, settlement, losses)).ConfigureAwait(false);
        return answer!;

        async Task EmbedAsync(Target next)
        {
            target = next;
            var batch = new EmbeddingBatch(exchange, target, request, model.Metadata.ContextLength);
            try
            {
                answer = await batch.RunAsync().ConfigureAwait(false);
            }
            finally
            {
                // What a target embedded before it failed is used all the same.
                usage = usage.Plus(batch.Usage);
                losses = batch.Losses;
            }
        }
    }
}
