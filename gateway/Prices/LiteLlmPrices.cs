using System.Globalization;
using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Prices;

/// <summary>
/// Reads LiteLLM's <c>model_prices_and_context_window.json</c>: a map of models, with dollars a token under names such as
/// <c>input_cost_per_token_above_200k_tokens</c>.
/// </summary>
internal static class LiteLlmPrices
{
    private const string LongStart = "_above_";
    private const string LongEnd = "k_tokens";

    private static readonly (string Class, string Name)[] Classes =
    [
        ("input", "input_cost_per_token"),
        ("cacheRead", "cache_read_input_token_cost"),
        ("cacheWrite", "cache_creation_input_token_cost"),
        ("cacheWriteHour", "cache_creation_input_token_cost_above_1hr"),
        ("output", "output_cost_per_token"),
        ("reasoning", "output_cost_per_reasoning_token"),
        ("audioInput", "input_cost_per_audio_token"),
        ("audioCacheRead", "cache_read_input_audio_token_cost"),
        ("audioOutput", "output_cost_per_audio_token"),
        ("imageInput", "input_cost_per_image_token"),
        ("imageOutput", "output_cost_per_image_token"),
    ];

    private static readonly (ServiceTier Tier, string End)[] TierEnds = [(ServiceTier.Flex, "_flex"), (ServiceTier.Batch, "_batches"), (ServiceTier.Priority, "_priority")];

    private static readonly string[] Modes = ["chat", "completion", "responses", "embedding"];

    /// <summary>Whether the file has this format: its members are models with their provider.</summary>
    public static bool IsOne(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
        && root.EnumerateObject().Any(static member => member.Value.ValueKind == JsonValueKind.Object && member.Value.TryGetProperty("litellm_provider"u8, out _));

    /// <param name="root">The file.</param>
    /// <param name="day">Its date.</param>
    public static PriceFile Read(JsonElement root, DateOnly day)
    {
        var entries = new Dictionary<(string Provider, string Model), PriceEntry>();
        var skipped = new List<string>();
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name == "sample_spec" || !HasTokens(member.Value))
                continue;
            if (ReadEntry(member.Name, member.Value, out var why) is { } entry)
                entries.TryAdd((entry.Provider.ToLowerInvariant(), entry.Model.ToLowerInvariant()), entry);
            else
                skipped.Add($"{member.Name} {why}");
        }

        return new PriceFile(new PriceList(day, [.. entries.Values]), skipped);
    }

    /// <summary>Models that draw, speak or rank have prices of other things.</summary>
    private static bool HasTokens(JsonElement model) =>
        model.ValueKind == JsonValueKind.Object
        && (!model.TryGetProperty("mode"u8, out var mode) || (mode.ValueKind == JsonValueKind.String && Modes.Contains(mode.GetString())));

    private static PriceEntry? ReadEntry(string name, JsonElement model, out string why)
    {
        var theirs = TextOf(model, "litellm_provider");
        var provider = theirs switch
        {
            "azure" => "azure-openai",
            "text-completion-openai" => "openai",
            _ => theirs,
        };
        var upstream = name.StartsWith(theirs + "/", StringComparison.Ordinal) ? name[(theirs.Length + 1)..] : name;
        why = !ProviderSettings.IsName(provider) ? "names no provider"
            : !UpstreamName.CanExist(upstream) ? "is no name of a model"
            : theirs == "azure" && upstream.Contains('/', StringComparison.Ordinal) ? "is a model in one region"
            : "";
        if (why.Length > 0)
            return null;
        var usual = Rates(model, "", search: true);
        if (usual.Input is null)
        {
            why = "has no price of prompt tokens";
            return null;
        }

        var thresholds = Thresholds(model);
        if (thresholds.Count > 1)
        {
            why = $"has prices for {thresholds.Count} lengths of a prompt; one is supported";
            return null;
        }

        var longEnd = thresholds.Count == 1 ? LongStart + thresholds[0].ToString(CultureInfo.InvariantCulture) + LongEnd : null;
        return new PriceEntry(provider, upstream, new ModelPrices(usual)
        {
            LongAbove = longEnd is null ? null : thresholds[0] * 1000L,
            Long = longEnd is null ? null : Rates(model, longEnd, search: false),
            Tiers = Tiers(model, usual, longEnd),
            Regions = Regions(model),
        })
        {
            Source = TextOf(model, "source") is { Length: > 0 } source && !source.Any(char.IsControl) ? source : null,
        };
    }

    private static PriceRates Rates(JsonElement model, string end, bool search) => PriceRates.Of(name =>
    {
        if (name == "search")
            return search && model.TryGetProperty("search_context_cost_per_query"u8, out var costs) ? AmountOf(costs, "search_context_size_medium", Picodollars.InDollar) : null;
        return AmountOf(model, Array.Find(Classes, each => each.Class == name).Name + end, Picodollars.InDollar);
    });

    private static List<int> Thresholds(JsonElement model)
    {
        var thresholds = new List<int>();
        foreach (var member in model.EnumerateObject())
        {
            if (Array.Find(Classes, each => member.Name.StartsWith(each.Name + LongStart, StringComparison.Ordinal)).Name is not { } start)
                continue;
            var rest = member.Name.AsSpan(start.Length + LongStart.Length);
            var end = rest.IndexOf(LongEnd, StringComparison.Ordinal);
            if (end > 0 && int.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var thousands) && thousands > 0 && !thresholds.Contains(thousands))
                thresholds.Add(thousands);
        }

        return thresholds;
    }

    private static Dictionary<ServiceTier, TierPrice> Tiers(JsonElement model, PriceRates usual, string? longEnd)
    {
        var tiers = new Dictionary<ServiceTier, TierPrice>();
        foreach (var (tier, end) in TierEnds)
        {
            var rates = Rates(model, end, search: false);
            if (rates.Input is null)
                continue;
            var longer = longEnd is null ? null : Rates(model, longEnd + end, search: false);
            var hasLong = longer?.Input is not null;
            tiers[tier] = !hasLong && CommonFactor(usual, rates) is { } factor
                ? new TierPrice(factor)
                : new TierPrice(new PriceFactor(PriceFactor.One), rates, hasLong ? longer : null);
        }

        if (SpecificFactor(model, "fast") is { } fast)
            tiers[ServiceTier.Fast] = new TierPrice(fast);
        return tiers;
    }

    /// <summary>The factor that makes all prices of a tier of the usual ones; null when there is none.</summary>
    private static PriceFactor? CommonFactor(PriceRates usual, PriceRates rates)
    {
        if (rates.Input is not { } input || usual.Input is not > 0)
            return null;
        var (factor, rest) = Math.DivRem(input * PriceFactor.One, usual.Input.Value);
        if (rest != 0 || factor is <= 0 or > PriceFactor.Highest)
            return null;
        var common = new PriceFactor((int)factor);
        return PriceRates.Members.All(name => rates[name] is not { } rate || (usual[name] is { } of && common.Of(of) == rate)) ? common : null;
    }

    private static Dictionary<ServingRegion, PriceFactor> Regions(JsonElement model)
    {
        var regions = new Dictionary<ServingRegion, PriceFactor>();
        foreach (var (region, word) in new[] { (ServingRegion.Us, "us"), (ServingRegion.Eu, "eu") })
        {
            if ((FactorOf(model, "regional_processing_uplift_multiplier_" + word) ?? SpecificFactor(model, word)) is { } factor)
                regions[region] = factor;
        }

        return regions;
    }

    private static PriceFactor? SpecificFactor(JsonElement model, string name) =>
        model.TryGetProperty("provider_specific_entry"u8, out var entry) ? FactorOf(entry, name) : null;

    private static PriceFactor? FactorOf(JsonElement owner, string name) =>
        AmountOf(owner, name, PriceFactor.One) is > 0 and <= PriceFactor.Highest and var factor ? new PriceFactor((int)factor) : null;

    /// <summary>A number as a whole number of smaller units, rounded, because the file has numbers such as 1.0000000000000001e-07.</summary>
    private static long? AmountOf(JsonElement owner, string name, long unit) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDecimal(out var amount) && amount >= 0 && amount <= PriceRates.Highest / unit
            ? (long)Math.Round(amount * unit, MidpointRounding.AwayFromZero)
            : null;

    private static string TextOf(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
