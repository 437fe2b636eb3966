using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Embeddings;

namespace Dragoman.Endpoints;

/// <summary>What Ollama's two embedding endpoints share: their own "not found" message (specs/ollama.md 0.7), and an answer to no texts.</summary>
internal static class OllamaEmbedding
{
    /// <exception cref="GatewayException">There is no such model, or no target could answer.</exception>
    public static async Task<EmbeddingAnswer> RunAsync(Exchange exchange, string dialect, EmbeddingRequest request)
    {
        var model = await Step4Resolve.FindAsync(exchange, request.Model, OllamaRequest.Client).ConfigureAwait(false)
            ?? throw new GatewayException(new GatewayError(ErrorKind.ModelNotFound, FixedText.ModelToEmbedNotFound(request.Model)));
        exchange.RecentModels.Use(model, request.KeepAlive);
        return request.Inputs.Count == 0
            ? new EmbeddingAnswer([], Usage.Absent)
            : await Embedding.RunAsync(exchange, dialect, request, model).ConfigureAwait(false);
    }
}
