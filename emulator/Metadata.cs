using System.Text.Json;
using Dragoman.Emulator.Behaviors;

namespace Dragoman.Emulator;

/// <summary>The emulator's description of itself at <c>GET /</c>.</summary>
internal static class Metadata
{
    private static readonly string[] Endpoints =
    [
        "POST /v1/chat/completions", "POST /v1/fim/completions", "POST /v1/completions", "POST /v1/embeddings",
        "GET /v1/models", "GET /v1/models/{id}", "/mistral/v1/*", "/openai/v1/*", "/azure/openai/v1/*",
        "/azure/openai/deployments/{deployment}/*", "/anthropic/v1/*", "/gemini/v1beta/*", "/compat/v1/*", "GET /health", "POST /__emulator/reset", "GET /__emulator/requests",
        "DELETE /__emulator/requests", "PUT /__emulator/keys", "DELETE /__emulator/keys", "POST /__parlel/reset", "GET /__parlel/requests", "DELETE /__parlel/requests",
    ];

    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, "dragoman-emulator"u8);
        json.WriteString("version"u8, typeof(Metadata).Assembly.GetName().Version?.ToString(3));
        json.WriteString("emulates"u8, "Mistral, OpenAI, Azure OpenAI, Anthropic, Gemini, OpenAI-compatible servers"u8);
        json.WriteString("behavior_header"u8, EmulatedBehavior.HeaderName);
        json.WriteStartArray("endpoints"u8);
        foreach (var endpoint in Endpoints)
            json.WriteStringValue(endpoint);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
