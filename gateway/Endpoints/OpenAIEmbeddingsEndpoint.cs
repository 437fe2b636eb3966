using Dragoman.Conversation;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Embeddings;

namespace Dragoman.Endpoints;

/// <summary><c>POST /v1/embeddings</c> (specs/dialects.md 4.1).</summary>
internal sealed class OpenAIEmbeddingsEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        var (request, encoding) = await Step3Read.RunAsync(exchange, OpenAIEmbeddings.Read).ConfigureAwait(false);
        var model = await Step4Resolve.FindAsync(exchange, request.Model, ClientTraits.Default).ConfigureAwait(false)
            ?? throw new GatewayException(Step4Resolve.NotFound(request.Model));
        var answer = await Embedding.RunAsync(exchange, "openai.embeddings", request, model).ConfigureAwait(false);
        var length = encoding == EmbeddingEncoding.Base64 ? answer.JsonLength / 2 : answer.JsonLength;
        await EmbeddingOutput.WriteAsync(exchange, answer, length, output => OpenAIEmbeddings.Write(request, encoding, answer, output)).ConfigureAwait(false);
    }
}
