using System.Buffers;
using System.Text.Json;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>GET /v1/models/{id}</c>. The answer has the id that the client asked for (specs/ollama.md 3.4).</summary>
/// <param name="write">Writes the model with the id in the client's dialect.</param>
internal sealed class ModelEndpoint(Action<Utf8JsonWriter, string, PublishedModel> write) : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        var id = exchange.RouteValue;
        var model = await Step4Resolve.FindAsync(exchange, id).ConfigureAwait(false)
            ?? throw new GatewayException(Step4Resolve.NotFound(id));
        var output = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
            write(writer, id, model);
        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }
}
