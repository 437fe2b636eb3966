using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Prices;

/// <summary>Writes a price list in the gateway's format (docs/prices.md).</summary>
public static class PriceListWriter
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Write(PriceList list)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("date"u8, Of(list.Date));
            writer.WriteString("currency"u8, PriceList.Currency);
            writer.WriteStartArray("models"u8);
            foreach (var entry in list.Entries)
                Write(writer, entry);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        output.Write("\n"u8);
        return output.WrittenMemory;
    }

    /// <summary>Dollars a million tokens.</summary>
    public static decimal Dollars(long rate) => Picodollars.Shortest((decimal)rate / PriceRates.PerDollarAMillion);

    /// <summary>Writes all prices of a model as members of the object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, ModelPrices prices)
    {
        Write(writer, prices.Rates);
        if (prices.LongAbove is { } above)
        {
            writer.WriteStartObject("longContext"u8);
            writer.WriteNumber("above"u8, above);
            Write(writer, prices.Long ?? new PriceRates());
            writer.WriteEndObject();
        }

        if (prices.Tiers.Count > 0)
        {
            writer.WriteStartObject("tiers"u8);
            foreach (var (tier, price) in prices.Tiers.OrderBy(static each => each.Key))
                Write(writer, ServiceTiers.Words[(int)tier], price);
            writer.WriteEndObject();
        }

        if (prices.Regions.Count > 0)
        {
            writer.WriteStartObject("regions"u8);
            foreach (var (region, factor) in prices.Regions.OrderBy(static each => each.Key))
                writer.WriteNumber(ServingRegions.Words[(int)region], Of(factor));
            writer.WriteEndObject();
        }
    }

    private static void Write(Utf8JsonWriter writer, PriceEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("provider"u8, entry.Provider);
        writer.WriteString("model"u8, entry.Model);
        if (entry.Aliases.Count > 0)
        {
            writer.WriteStartArray("aliases"u8);
            foreach (var alias in entry.Aliases)
                writer.WriteStringValue(alias);
            writer.WriteEndArray();
        }

        if (entry.From != DateOnly.MinValue)
            writer.WriteString("from"u8, Of(entry.From));
        WriteMembers(writer, entry.Prices);
        if (entry.Source is { } source)
            writer.WriteString("source"u8, source);
        if (entry.Seen is { } seen)
            writer.WriteString("seen"u8, Of(seen));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string tier, TierPrice price)
    {
        if (price.Rates is null)
        {
            writer.WriteNumber(tier, Of(price.Factor));
            return;
        }

        writer.WriteStartObject(tier);
        if (price.Factor.TenThousandths != PriceFactor.One)
            writer.WriteNumber("factor"u8, Of(price.Factor));
        Write(writer, price.Rates);
        if (price.Long is { } longer)
        {
            writer.WriteStartObject("longContext"u8);
            Write(writer, longer);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, PriceRates rates)
    {
        foreach (var name in PriceRates.Members)
        {
            if (rates[name] is { } rate)
                writer.WriteNumber(name, name == "search" ? Picodollars.ToDollars(rate) : Dollars(rate));
        }
    }

    private static decimal Of(PriceFactor factor) => Picodollars.Shortest((decimal)factor.TenThousandths / PriceFactor.One);

    private static string Of(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
