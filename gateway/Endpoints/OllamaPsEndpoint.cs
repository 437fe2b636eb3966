using System.Buffers;
using System.Text.Json;
using Dragoman.Dialects.Ollama;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>GET /api/ps</c>: the models that were used recently (specs/ollama.md 2.7).</summary>
internal sealed class OllamaPsEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("models"u8);
            foreach (var recent in exchange.RecentModels.List())
            {
                if (recent.Model.TaggedName is { } name)
                    OllamaModelObject.WriteLoaded(writer, recent.Model, recent.ExpiresAt, name);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }
}
