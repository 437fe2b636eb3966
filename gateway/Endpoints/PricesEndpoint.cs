using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Prices;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>GET /dragoman/prices</c>: what each published model costs today at each of its targets, and which costs are not known.</summary>
internal sealed class PricesEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        if (exchange.Caller!.Roles.Count == 0)
            throw new GatewayException(new GatewayError(ErrorKind.Forbidden, AccessText.PricesNeedRole));
        if (await QueryMistakes.RefuseAsync(exchange).ConfigureAwait(false))
            return;
        var snapshot = exchange.Snapshot;
        var models = await snapshot.Catalog.ListAsync().ConfigureAwait(false);
        var day = DateOnly.FromDateTime(exchange.Clock.GetUtcNow().UtcDateTime);
        var output = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("date"u8, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            writer.WriteString("currency"u8, PriceList.Currency);
            writer.WriteStartArray("items"u8);
            foreach (var model in models)
            {
                foreach (var target in model.Targets)
                    Write(writer, model.Name, target, snapshot.PricesOf(target, model.Name, day));
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        exchange.Http.Response.Headers.CacheControl = "no-store";
        await exchange.WriteAsync(output.WrittenMemory, "application/json", 200).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter writer, string model, Target target, KnownPrices? known)
    {
        writer.WriteStartObject();
        writer.WriteString("model"u8, model);
        writer.WriteString("provider"u8, target.Provider);
        writer.WriteString("upstreamModel"u8, target.Model);
        writer.WriteString("from"u8, known?.Place switch
        {
            PricePlace.Model => "model",
            PricePlace.Own => "list",
            PricePlace.BuiltIn => "builtIn",
            _ => null,
        });
        if (known is null)
        {
            writer.WriteNull("prices"u8);
        }
        else
        {
            writer.WriteStartObject("prices"u8);
            PriceListWriter.WriteMembers(writer, known.Prices);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
