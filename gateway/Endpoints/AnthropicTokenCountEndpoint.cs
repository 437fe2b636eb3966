using System.Buffers;
using System.Text.Json;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>POST /v1/messages/count_tokens</c>, which coding clients call in every turn (specs/dialects.md 4.2).</summary>
internal sealed class AnthropicTokenCountEndpoint : IEndpoint
{
    private static readonly AnthropicMessages Dialect = new();

    public async Task HandleAsync(Exchange exchange)
    {
        var tokens = await TokenCount.RunAsync(exchange, Dialect.Name, AnthropicMessages.ReadForCount).ConfigureAwait(false);
        var output = new ArrayBufferWriter<byte>(64);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteNumber("input_tokens"u8, tokens);
            writer.WriteEndObject();
        }

        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }
}
