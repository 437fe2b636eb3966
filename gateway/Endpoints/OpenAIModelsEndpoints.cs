using System.Buffers;
using System.Text.Json;
using Dragoman.Catalog;
using Dragoman.Conversation;
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

/// <summary><c>GET /v1/models/{id}</c>; the answer's id is the one that was asked for (specs/ollama.md 3.4).</summary>
internal sealed class OpenAIModelEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        var id = exchange.RouteValue;
        var model = await exchange.Snapshot.Catalogue.FindAsync(id).ConfigureAwait(false)
            ?? throw new GatewayException(Resolution.NotFound(id));
        var output = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
            OpenAIModelObject.Write(writer, id, model);
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
