using System.Buffers;
using System.Text.Json;
using Dragoman.Catalog;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>GET /v1/models</c>: every published name (specs/dialects.md 4.3).</summary>
internal sealed class OpenAIModelsEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        var models = await exchange.Snapshot.Catalogue.ListAsync().ConfigureAwait(false);
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

internal static class OpenAIModelObject
{
    public static void Write(Utf8JsonWriter writer, string id, PublishedModel model)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, id);
        writer.WriteString("object"u8, "model"u8);
        writer.WriteNumber("created"u8, model.ListedDate);
        writer.WriteString("owned_by"u8, model.Targets[0].Provider);
        writer.WriteEndObject();
    }
}
