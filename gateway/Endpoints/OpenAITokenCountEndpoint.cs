using System.Buffers;
using System.Text.Json;
using Dragoman.Dialects.OpenAIResponses.Inbound;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>POST /v1/responses/input_tokens</c> (specs/dialects.md 1.1, 4.2).</summary>
internal sealed class OpenAITokenCountEndpoint : IEndpoint
{
    private static readonly OpenAIResponses Dialect = new();

    public async Task HandleAsync(Exchange exchange)
    {
        var tokens = await TokenCount.RunAsync(exchange, Dialect.Name, Dialect.Read).ConfigureAwait(false);
        var output = new ArrayBufferWriter<byte>(64);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("object"u8, "response.input_tokens"u8);
            writer.WriteNumber("input_tokens"u8, tokens);
            writer.WriteEndObject();
        }

        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }
}
