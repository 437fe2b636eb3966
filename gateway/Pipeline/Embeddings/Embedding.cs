using Dragoman.Access;
using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Pipeline.Embeddings;

/// <summary>Steps 5 to 9 of every endpoint that embeds. Each endpoint has its own earlier steps and its own form of answer.</summary>
public static class Embedding
{
    /// <exception cref="GatewayException">The model cannot embed, or no target could answer.</exception>
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
                // What a target embedded before it failed is charged too.
                usage = usage.Plus(batch.Usage);
                losses = batch.Losses;
            }
        }
    }
}
