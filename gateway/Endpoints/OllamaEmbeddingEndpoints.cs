using System.Buffers;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
using Dragoman.Pipeline;
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
            ? throw new GatewayException(Resolution.NotFound(""))
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

/// <summary><c>POST /api/embeddings</c>, the older form (specs/ollama.md 2.4).</summary>
internal sealed class OllamaEmbeddingsEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        EmbeddingRequest request;
        using (var body = await exchange.ReadJsonAsync().ConfigureAwait(false))
        {
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            request = exchange.Read(work => OllamaEmbeddings.ReadEmbeddings(body.RootElement, work));
        }

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

/// <summary>Finds a model for the embedding endpoints, which say "not found" in their own words (specs/ollama.md 0.7).</summary>
internal static class OllamaEmbeddingModel
{
    public static async Task<PublishedModel> FindAsync(Exchange exchange, EmbeddingRequest request)
    {
        var model = await Resolution.FindAsync(exchange, request.Model, "ollama").ConfigureAwait(false)
            ?? throw new GatewayException(new GatewayError(ErrorKind.ModelNotFound, $"model \"{request.Model}\" not found, try pulling it first"));
        exchange.RecentModels.Use(model, request.KeepAlive);
        return model;
    }
}
