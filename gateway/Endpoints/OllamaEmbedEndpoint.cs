using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Embeddings;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>POST /api/embed</c> (specs/ollama.md 2.3).</summary>
internal sealed class OllamaEmbedEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        var request = await Step3Read.RunAsync(exchange, OllamaEmbeddings.ReadEmbed).ConfigureAwait(false);
        var model = request.Model.Length == 0
            ? throw new GatewayException(Step4Resolve.NotFound(""))
            : await OllamaEmbeddingModel.FindAsync(exchange, request).ConfigureAwait(false);
        var answer = request.Inputs.Count == 0
            ? new EmbeddingAnswer([], Usage.Absent)
            : await Embedding.RunAsync(exchange, "ollama.embed", request, model).ConfigureAwait(false);
        await SocketThread.LeaveForAsync(answer.JsonLength);
        SocketThread.AssertMayProcess(answer.JsonLength);
        var output = new ArrayBufferWriter<byte>(answer.JsonLength);
        OllamaEmbeddings.WriteEmbed(request, answer, exchange.Elapsed, output);
        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }
}
