using Dragoman.Access;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Pipeline.Embeddings;

/// <summary>Steps 5 to 9 of every endpoint that embeds. Each endpoint has its own earlier steps and its own form of answer.</summary>
public static class Embedding
{
    /// <exception cref="GatewayException">The model cannot embed, or no target could answer.</exception>
    public static async Task<EmbeddingAnswer> RunAsync(Exchange exchange, string dialect, EmbeddingRequest request, PublishedModel model)
    {
        if (model.Metadata.Capabilities.Lacks(ModelCapabilities.Embedding))
            throw GatewayException.Invalid("model", FixedText.NotSupportedBy(request.Model, "embeddings"));
        var attempt = new EmbeddingAttempt(exchange, request, model);
        var bound = new UpperBound(() => request.Inputs.Sum(text => (long)TokenEstimate.AtMost(text)), 0) { MostInputTokens = TokenBound.Of(request) };
        await Step5Reserve.RunAsync(
            exchange,
            new PlannedUse(exchange.RequestId, dialect, model.Name, model.Targets, bound),
            EmbedAsync,
            failure => new Consumption(attempt.Uses, attempt.Answer is not null, failure),
            (settlement, failure) => SettlementLog.WriteEmbeddings(exchange, dialect, request, attempt, failure, settlement)).ConfigureAwait(false);
        return attempt.Answer!;

        async Task EmbedAsync()
        {
            try
            {
                await SecondTries.RunAsync(exchange, SecondTry.OfEmbedding, attempt).ConfigureAwait(false);
            }
            finally
            {
                attempt.WriteCost();
            }
        }
    }
}
