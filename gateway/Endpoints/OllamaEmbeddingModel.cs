using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>Finds a model for the embedding endpoints, which have their own "not found" message (specs/ollama.md 0.7).</summary>
internal static class OllamaEmbeddingModel
{
    public static async Task<PublishedModel> FindAsync(Exchange exchange, EmbeddingRequest request)
    {
        var model = await Step4Resolve.FindAsync(exchange, request.Model, OllamaRequest.Client).ConfigureAwait(false)
            ?? throw new GatewayException(new GatewayError(ErrorKind.ModelNotFound, $"model \"{request.Model}\" not found, try pulling it first"));
        exchange.RecentModels.Use(model, request.KeepAlive);
        return model;
    }
}
