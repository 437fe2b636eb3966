using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>GET /api/tags</c> (specs/ollama.md 2.6).</summary>
internal sealed class OllamaTagsEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        var models = await exchange.Snapshot.Catalogue.ListAsync().ConfigureAwait(false);
        var output = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("models"u8);
            foreach (var model in models)
            {
                if (model.TaggedName is { } name)
                    OllamaModelObject.WriteListed(writer, name, model.Metadata, model.Created);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }
}

/// <summary><c>POST /api/show</c> (specs/ollama.md 2.5).</summary>
internal sealed class OllamaShowEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        string? name;
        using (var body = await exchange.ReadJsonAsync().ConfigureAwait(false))
        {
            var request = RequestObject.OfBody(body.RootElement, ignoreCase: true);
            name = request.String("model") is { Length: > 0 } model ? model : request.String("name");
        }

        if (string.IsNullOrEmpty(name))
            throw GatewayException.Invalid("model", "model is required");
        var published = await Resolution.FindAsync(exchange, name, "ollama").ConfigureAwait(false)
            ?? throw new GatewayException(new GatewayError(ErrorKind.ModelNotFound, $"model '{Catalog.ModelName.Tagged(name)}' not found"));
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
            OllamaModelObject.WriteShown(writer, published.TaggedName ?? published.Name, published.Metadata, published.Created);
        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }
}

/// <summary><c>GET /api/ps</c>: no model is ever loaded here (specs/ollama.md 2.7).</summary>
internal sealed class OllamaPsEndpoint : IEndpoint
{
    private static readonly byte[] Body = [.. "{\"models\":[]}"u8];

    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(Body, "application/json; charset=utf-8", 200);
}

/// <summary><c>GET /api/version</c>: the version of Ollama whose contract is kept; clients gate on it (specs/ollama.md 1, 4.1).</summary>
internal sealed class OllamaVersionEndpoint : IEndpoint
{
    private static readonly byte[] Body = [.. "{\"version\":\"0.15.0\"}"u8];

    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(Body, "application/json; charset=utf-8", 200);
}

/// <summary><c>GET</c> and <c>HEAD /</c>: what almost every client probes first.</summary>
internal sealed class OllamaRootEndpoint : IEndpoint
{
    private static readonly byte[] Body = [.. "Ollama is running"u8];

    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(Body, "text/plain; charset=utf-8", 200);
}
