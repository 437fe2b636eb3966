using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>GET /v1/models</c> for Anthropic's clients: every published name, in pages (specs/dialects.md 1.3, 4.3).</summary>
internal sealed class AnthropicModelsEndpoint : IEndpoint
{
    private const int UsualPage = 20;
    private const int LargestPage = 1000;

    public async Task HandleAsync(Exchange exchange)
    {
        var limit = ReadLimit(exchange);
        var models = await Step4Resolve.ListAsync(exchange).ConfigureAwait(false);
        var (first, end) = (0, models.Count);
        var before = PlaceOf("before_id");
        if (PlaceOf("after_id") is { } after)
            first = after + 1;
        if (before is not null)
            end = before.Value;
        // A page with only before_id ends right before that model; any other page begins at the first model of its range.
        var isBackwards = before is not null && first == 0;
        var from = isBackwards ? Math.Max(first, end - limit) : first;
        var page = models.Skip(from).Take(Math.Min(limit, Math.Max(0, end - from))).ToList();
        var hasMore = isBackwards ? from > first : from + page.Count < end;

        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("data"u8);
            foreach (var model in page)
                AnthropicModelObject.Write(writer, model.Name, model);
            writer.WriteEndArray();
            writer.WriteBoolean("has_more"u8, hasMore);
            writer.WriteString("first_id"u8, page.FirstOrDefault()?.Name);
            writer.WriteString("last_id"u8, page.LastOrDefault()?.Name);
            writer.WriteEndObject();
        }

        await exchange.WriteJsonAsync(output).ConfigureAwait(false);

        int? PlaceOf(string name)
        {
            if (exchange.Http.Request.Query[name].ToString() is not { Length: > 0 } id)
                return null;
            for (var place = 0; place < models.Count; place++)
            {
                if (models[place].Name == id)
                    return place;
            }

            throw GatewayException.Invalid(name, RequestText.NoModel(name, id));
        }
    }

    private static int ReadLimit(Exchange exchange)
    {
        var text = exchange.Http.Request.Query["limit"].ToString();
        if (text.Length == 0)
            return UsualPage;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= LargestPage
            ? limit
            : throw GatewayException.Invalid("limit", RequestText.WrongPage(LargestPage, text));
    }
}
