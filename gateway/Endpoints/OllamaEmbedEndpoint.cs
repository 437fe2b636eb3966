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
        EmbeddingRequest request;
        using (var body = await exchange.ReadJsonAsync().ConfigureAwait(false))
        {
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            request = exchange.Read(work => OllamaEmbeddings.ReadEmbed(body.RootElement, work));
        }

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
