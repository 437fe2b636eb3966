using System.Buffers;
using System.Text.Json;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
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

/// <summary><c>POST /api/show</c> (specs/ollama.md 2.5).</summary>
internal sealed class OllamaShowEndpoint : IEndpoint
{
    private const string Copilot = "GitHubCopilotChat/";

    public async Task HandleAsync(Exchange exchange)
    {
        string name;
        string system;
        using (var body = await exchange.ReadJsonAsync().ConfigureAwait(false))
        {
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            var request = RequestObject.OfBody(body.RootElement, ignoreCase: true);
            name = OllamaModelArgument.Read(request);
            system = request.String("system") ?? "";
            _ = request.Bool("verbose");
            _ = request.Object("options");
        }

        if (name.Length == 0)
            throw GatewayException.Invalid("model", "model is required");
        var model = await Resolution.FindAsync(exchange, name, OllamaRequest.Family).ConfigureAwait(false)
            ?? throw new GatewayException(new GatewayError(ErrorKind.ModelNotFound, $"model '{ModelName.Tagged(name)}' not found"));
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
            OllamaModelObject.WriteShown(writer, model, DisplayName(exchange, name, model), system);
        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }

    /// <summary>Copilot looks its models up by the name that it asked for.</summary>
    private static string DisplayName(Exchange exchange, string asked, PublishedModel model)
    {
        if (exchange.Http.Request.Headers.UserAgent.ToString().StartsWith(Copilot, StringComparison.Ordinal))
            return asked;
        var name = model.TaggedName ?? model.Name;
        return name.EndsWith(":latest", StringComparison.Ordinal) ? name[..^":latest".Length] : name;
    }
}

/// <summary><c>GET /api/ps</c>: the models that were used lately (specs/ollama.md 2.7).</summary>
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
