using Dragoman.Dialects.Ollama;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>POST /api/embeddings</c>, the older form (specs/ollama.md 2.4).</summary>
internal sealed class OllamaEmbeddingsEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        var request = await Step3Read.RunAsync(exchange, OllamaEmbeddings.ReadEmbeddings).ConfigureAwait(false);
        var answer = await OllamaEmbedding.RunAsync(exchange, "ollama.embeddings", request).ConfigureAwait(false);
        await EmbeddingOutput.WriteAsync(exchange, answer, answer.JsonLength, output => OllamaEmbeddings.WriteEmbeddings(answer, output)).ConfigureAwait(false);
    }
}
