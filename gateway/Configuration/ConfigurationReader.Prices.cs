using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Conversation;
using Dragoman.Startup;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/prices</c>, the <c>price</c> of a model, and price lists, which have the same form (docs/prices.md).</summary>
public sealed partial class ConfigurationReader
{
    private const string DateForm = "yyyy-MM-dd";

    /// <summary>The smallest unit of a price of a token: digits after the point of dollars a million tokens.</summary>
    private const string RateRule = "must be dollars a million tokens: a number from 0 to 1000000 with at most 6 digits after the point";

    private const string SearchRule = "must be dollars a search: a number from 0 to 1 with at most 12 digits after the point";
    private const string FactorRule = "must be a factor: a number above 0 and up to 100 with at most 4 digits after the point";

    private static readonly string[] PriceMembers = [.. PriceRates.Members, "longContext", "tiers", "regions"];

    private static readonly string[] LongRates = [.. PriceRates.Members.Where(static name => name != "search")];

    /// <summary>Reads a price list.</summary>
    /// <param name="bytes">The file, as UTF-8, or as UTF-16 with a byte order mark.</param>
    /// <param name="source">Its name in error messages.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    public static PriceList ReadPriceList(byte[] bytes, string source)
    {
        var reader = new ConfigurationReader(source, new Dictionary<string, string>());
        var list = reader.ReadPriceList(reader.Parse(ToUtf8(bytes, source)));
        return reader.mistakes.Count > 0 ? throw new ConfigurationException(reader.Report()) : list;
    }

    /// <summary>Where prices come from, for those who need nothing else: the rest of the file may name secrets that they do not have.</summary>
    /// <param name="path">The file; null for <see cref="UsualFile"/> in the working directory, if it exists.</param>
    /// <param name="environment">The process's variables.</param>
    /// <param name="namedBy">The argument or variable that names the file, for error messages.</param>
    /// <exception cref="ConfigurationException">The file cannot be read, or <c>/prices</c> has a mistake.</exception>
    public static PriceSettings ReadPriceSettings(string? path, IReadOnlyDictionary<string, string> environment, string? namedBy = null)
    {
        var (reader, root) = Open(path, environment, namedBy);
        var prices = reader.ReadPrices(root["prices"], "/prices", null);
        return reader.mistakes.Count > 0 ? throw new ConfigurationException(reader.Report()) : prices;
    }

    /// <param name="node">The value of <c>/prices</c>.</param>
    /// <param name="pointer">Its pointer.</param>
    /// <param name="providers">The configured providers; null if they are not known.</param>
    private PriceSettings ReadPrices(JsonNode? node, string pointer, List<ProviderSettings>? providers)
    {
        if (node is null)
            return PriceSettings.Default;
        var members = Members(node, pointer, "file", "replace", "providers");
        var file = Text(members, "file", pointer);
        var list = file is null ? null : ReadPriceFile(file, pointer + "/file");
        var replaces = Switch(members, "replace", pointer) ?? false;
        if (replaces && file is null && !IsBroken(pointer + "/file"))
            Mistake(pointer + "/replace", "replaces the built-in prices by those of a file, but there is no file; allowed: true only with a file");
        return new PriceSettings { File = file, List = list, ReplacesBuiltIn = replaces, Providers = ReadBillings(members, pointer + "/providers", providers) };
    }

    private PriceList? ReadPriceFile(string file, string pointer)
    {
        try
        {
            return ReadPriceList(SmallFile.Read(file, ConfigurationText.LargestFile), file);
        }
        catch (SmallFileException error)
        {
            Broken(pointer, $"must name a price list; file {Printable.Quote(file)} {error.Message}");
        }
        catch (ConfigurationException error)
        {
            mistakes.AddRange(error.Mistakes);
        }

        return null;
    }

    private Dictionary<string, ProviderBilling> ReadBillings(JsonObject prices, string pointer, List<ProviderSettings>? providers)
    {
        var billings = new Dictionary<string, ProviderBilling>(StringComparer.OrdinalIgnoreCase);
        if (prices["providers"] is not { } node)
            return billings;
        if (node is not JsonObject entries)
        {
            Broken(pointer, "must be an object, one member a provider");
            return billings;
        }

        foreach (var (name, value) in entries)
        {
            var at = $"{pointer}/{ConfigurationText.Escape(name)}";
            var members = Members(value, at, "list", "region");
            if (providers is not null && !providers.Exists(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                Mistake(at, $"is not a configured provider{NearestName.Suggest(name, providers.Select(each => each.Name))}; allowed: {(providers.Count == 0 ? "none, because there is none under /providers" : string.Join(", ", providers.Select(each => each.Name)))}");
            var list = Text(members, "list", at);
            if (list is not null && !ProviderSettings.Dialects.Contains(list))
                Unknown(at + "/list", list, ProviderSettings.Dialects);
            billings[name] = new ProviderBilling(list, ReadRegion(members, at));
        }

        return billings;
    }

    private ServingRegion ReadRegion(JsonObject members, string pointer)
    {
        if (Text(members, "region", pointer) is not { } word)
            return ServingRegion.Global;
        foreach (var (index, known) in ServingRegions.Words.Index())
        {
            if (word == known)
                return (ServingRegion)index;
        }

        Unknown(pointer + "/region", word, [.. ServingRegions.Words]);
        return ServingRegion.Global;
    }

    private PriceList ReadPriceList(JsonObject root)
    {
        var members = Members(root, "", "$schema", "date", "currency", "models");
        _ = Text(members, "$schema", "");
        var date = Date(members, "date", "");
        if (date is null && !broken.Contains("/date"))
            Mistake("/date", "is required: when the list was compiled, such as \"2026-11-30\"");
        if (Text(members, "currency", "") is { } currency && currency != PriceList.Currency)
            Mistake("/currency", $"must be \"{PriceList.Currency}\", because budgets are in US dollars");
        var entries = new List<PriceEntry>();
        if (members["models"] is not JsonArray list)
            Broken("/models", "must be a list of prices, one for each model");
        else if (list.Count > PriceList.MostEntries)
            Broken("/models", $"must have at most {PriceList.MostEntries} entries");
        else
            entries.AddRange(list.Select((item, index) => ReadPriceEntry(item, $"/models/{index}")));
        RefuseEntriesGivenTwice(entries);
        return new PriceList(date ?? DateOnly.MinValue, entries);
    }

    private void RefuseEntriesGivenTwice(List<PriceEntry> entries)
    {
        var known = new HashSet<(string, string, DateOnly)>();
        foreach (var (index, entry) in entries.Index())
        {
            foreach (var name in entry.Aliases.Prepend(entry.Model))
            {
                if (name.Length > 0 && !known.Add((entry.Provider.ToLowerInvariant(), name.ToLowerInvariant(), entry.From)))
                    Mistake($"/models/{index}", $"gives {Printable.Quote(name)} of {entry.Provider} a second price from the same day on; allowed: one");
            }
        }
    }

    private PriceEntry ReadPriceEntry(JsonNode? node, string pointer)
    {
        var members = Members(node, pointer, ["provider", "model", "aliases", "from", "source", "seen", .. PriceMembers]);
        var provider = Text(members, "provider", pointer);
        if (provider is null || !ProviderSettings.IsName(provider))
            Mistake(pointer + "/provider", $"must be one of {string.Join(", ", ProviderSettings.Dialects)}, or the name of a configured provider");
        var model = ReadPricedName(Text(members, "model", pointer), pointer + "/model");
        var aliases = ReadTexts(members, "aliases", pointer) ?? [];
        foreach (var (index, alias) in aliases.Index())
            _ = ReadPricedName(alias, $"{pointer}/aliases/{index}");
        return new PriceEntry(provider ?? "", model, ReadModelPrices(members, pointer))
        {
            Aliases = aliases,
            From = Date(members, "from", pointer) ?? DateOnly.MinValue,
            Source = Text(members, "source", pointer),
            Seen = Date(members, "seen", pointer),
        };
    }

    private string ReadPricedName(string? name, string pointer)
    {
        if (name is not null && (name == "*" || UpstreamName.CanExist(name.EndsWith('*') ? name[..^1] : name)) && name.IndexOf('*') is var star && (star < 0 || star == name.Length - 1))
            return name;
        Mistake(pointer, $"must be the provider's name of a model, or the beginning of names with * at its end; {UpstreamName.Rule}");
        return "";
    }

    /// <summary>The <c>price</c> of a published model; null when there is none.</summary>
    private ModelPrices? ReadPrice(JsonObject model, string pointer) =>
        model["price"] is { } node ? ReadModelPrices(Members(node, pointer + "/price", PriceMembers), pointer + "/price") : null;

    private ModelPrices ReadModelPrices(JsonObject members, string pointer)
    {
        var rates = ReadRates(members, pointer, PriceRates.Members);
        if (rates.Input is null && !broken.Contains(pointer + "/input"))
            Mistake(pointer + "/input", $"is required; it {RateRule}");
        var (above, long_) = ReadLong(members, pointer + "/longContext");
        return new ModelPrices(rates)
        {
            LongAbove = above,
            Long = long_,
            Tiers = ReadTiers(members, pointer + "/tiers"),
            Regions = ReadRegions(members, pointer + "/regions"),
        };
    }

    private PriceRates ReadRates(JsonObject members, string pointer, IReadOnlyList<string> names) => PriceRates.Of(name => names.Contains(name) ? Rate(members, name, pointer) : null);

    private (long? Above, PriceRates? Rates) ReadLong(JsonObject price, string pointer)
    {
        if (price["longContext"] is not { } node)
            return (null, null);
        var members = Members(node, pointer, ["above", .. LongRates]);
        if (Count(members, "above", pointer) is { } above)
            return (above, ReadRates(members, pointer, LongRates));
        if (!broken.Contains(pointer + "/above"))
            Mistake(pointer + "/above", "is required: the most prompt tokens with the usual price");
        return (null, null);
    }

    private Dictionary<ServiceTier, TierPrice> ReadTiers(JsonObject price, string pointer)
    {
        var tiers = new Dictionary<ServiceTier, TierPrice>();
        if (price["tiers"] is not { } node)
            return tiers;
        string[] words = [.. ServiceTiers.Words.Skip(1)];
        var members = Members(node, pointer, words);
        foreach (var (index, word) in words.Index())
        {
            if (members[word] is { } tier)
                tiers[(ServiceTier)(index + 1)] = ReadTier(members, tier, word, pointer);
        }

        return tiers;
    }

    private TierPrice ReadTier(JsonObject tiers, JsonNode tier, string word, string pointer)
    {
        if (tier is not JsonObject)
            return new TierPrice(Factor(tiers, word, pointer) ?? new PriceFactor(PriceFactor.One));
        var at = $"{pointer}/{word}";
        var members = Members(tier, at, ["factor", "longContext", .. PriceRates.Members]);
        var longer = members["longContext"] is { } node ? ReadRates(Members(node, at + "/longContext", LongRates), at + "/longContext", LongRates) : null;
        return new TierPrice(Factor(members, "factor", at) ?? new PriceFactor(PriceFactor.One), ReadRates(members, at, PriceRates.Members), longer);
    }

    private Dictionary<ServingRegion, PriceFactor> ReadRegions(JsonObject price, string pointer)
    {
        var regions = new Dictionary<ServingRegion, PriceFactor>();
        if (price["regions"] is not { } node)
            return regions;
        string[] words = [.. ServingRegions.Words.Skip(1)];
        var members = Members(node, pointer, words);
        foreach (var (index, word) in words.Index())
        {
            if (Factor(members, word, pointer) is { } factor)
                regions[(ServingRegion)(index + 1)] = factor;
        }

        return regions;
    }

    private long? Rate(JsonObject members, string name, string pointer)
    {
        var isSearch = name == "search";
        return Whole(members, name, pointer, isSearch ? Picodollars.InDollar : PriceRates.PerDollarAMillion, PriceRates.Highest, isSearch ? SearchRule : RateRule);
    }

    private PriceFactor? Factor(JsonObject members, string name, string pointer)
    {
        if (Whole(members, name, pointer, PriceFactor.One, PriceFactor.Highest, FactorRule) is not { } factor)
            return null;
        if (factor > 0)
            return new PriceFactor((int)factor);
        Broken($"{pointer}/{name}", FactorRule);
        return null;
    }

    /// <summary>A decimal number as a whole number of smaller units; null when it is not given and after a mistake.</summary>
    private long? Whole(JsonObject members, string name, string pointer, long unit, long highest, string rule)
    {
        if (members[name] is not { } value)
            return null;
        if (value is JsonValue number && number.GetValueKind() == JsonValueKind.Number && number.TryGetValue<decimal>(out var amount)
            && (amount > 0 || IsZero(number.ToJsonString())) && amount <= (decimal)highest / unit && amount * unit == decimal.Truncate(amount * unit))
            return (long)(amount * unit);
        Broken($"{pointer}/{name}", rule);
        return null;
    }

    /// <summary>False for a number that is only too small for a decimal, such as 1e-400.</summary>
    private static bool IsZero(string number) => !number.AsSpan(0, number.AsSpan().IndexOfAny('e', 'E') is >= 0 and var end ? end : number.Length).ContainsAnyInRange('1', '9');

    private DateOnly? Date(JsonObject members, string name, string pointer)
    {
        if (Text(members, name, pointer) is not { } text)
            return null;
        if (DateOnly.TryParseExact(text, DateForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return date;
        Broken($"{pointer}/{name}", "must be a day such as \"2026-11-30\"");
        return null;
    }
}
