using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Embeddings;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>POST /api/embeddings</c>, the older form (specs/ollama.md 2.4).</summary>
internal sealed class OllamaEmbeddingsEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        var request = await Step3Read.RunAsync(exchange, OllamaEmbeddings.ReadEmbeddings).ConfigureAwait(false);
        var model = await OllamaEmbeddingModel.FindAsync(exchange, request).ConfigureAwait(false);
        var answer = request.Inputs.Count == 0
            ? new EmbeddingAnswer([], Usage.Absent)
            : await Embedding.RunAsync(exchange, "ollama.embeddings", request, model).ConfigureAwait(false);
        await SocketThread.LeaveForAsync(answer.JsonLength);
        SocketThread.AssertMayProcess(answer.JsonLength);
        var output = new ArrayBufferWriter<byte>(answer.JsonLength);
        OllamaEmbeddings.WriteEmbeddings(answer, output);
        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }
}
