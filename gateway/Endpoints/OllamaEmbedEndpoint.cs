using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>POST /api/embed</c> (specs/ollama.md 2.3).</summary>
internal sealed class OllamaEmbedEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        var request = await Step3Read.RunAsync(exchange, OllamaEmbeddings.ReadEmbed).ConfigureAwait(false);
        if (request.Model.Length == 0)
            throw new GatewayException(Step4Resolve.NotFound(""));
        var answer = await OllamaEmbedding.RunAsync(exchange, "ollama.embed", request).ConfigureAwait(false);
        await EmbeddingOutput.WriteAsync(exchange, answer, answer.JsonLength, output => OllamaEmbeddings.WriteEmbed(request, answer, exchange.Elapsed, output)).ConfigureAwait(false);
    }
}
