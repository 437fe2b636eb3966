using System.Buffers;
using System.Text.Json;
using Dragoman.Dialects.Ollama;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>GET /api/tags</c> (specs/ollama.md 2.6).</summary>
internal sealed class OllamaTagsEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        var models = await Step4Resolve.ListAsync(exchange).ConfigureAwait(false);
        var output = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("models"u8);
            foreach (var model in models.OrderByDescending(OllamaModelObject.ModifiedAt))
            {
                if (model.TaggedName is { } name)
                    OllamaModelObject.WriteListed(writer, model, name);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }
}
