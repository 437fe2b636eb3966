using System.Buffers;
using System.Text.Json;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>GET /v1/models</c>: every published name (specs/dialects.md 4.3).</summary>
internal sealed class OpenAIModelsEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        var models = await Step4Resolve.ListAsync(exchange).ConfigureAwait(false);
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("object"u8, "list"u8);
            writer.WriteStartArray("data"u8);
            foreach (var model in models)
                OpenAIModelObject.Write(writer, model.Name, model);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }
}
