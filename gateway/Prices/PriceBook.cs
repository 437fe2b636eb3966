using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Prices;

/// <summary>
/// All prices of a configuration. A model's own <c>price</c> comes first, then the operator's list, then the built-in one; in a list
/// the provider's configured name comes before the provider's kind. Immutable; any thread may ask.
/// </summary>
public sealed class PriceBook
{
    private readonly PriceSettings settings;
    private readonly PriceIndex? own;
    private readonly Dictionary<string, (ModelPrice Price, ModelPrices Prices)> published = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="settings">Where prices come from.</param>
    /// <param name="models">The published models, of which some have a price of their own.</param>
    public PriceBook(PriceSettings settings, IReadOnlyList<ModelSettings> models)
    {
        this.settings = settings;
        own = settings.List is { } list ? new PriceIndex(list) : null;
        foreach (var model in models)
        {
            if (model.Price is { } price)
                published.TryAdd(model.Name, (new ModelPrice(price), price));
        }
    }

    /// <summary>The prices of a model in all tiers and regions; null when they are not known.</summary>
    /// <param name="provider">The provider that is called.</param>
    /// <param name="model">Its name of the model.</param>
    /// <param name="publishedModel">The published name; any alias is replaced by it.</param>
    /// <param name="day">The day of the request, in UTC.</param>
    public ModelPrice? Find(ProviderSettings provider, string model, string publishedModel, DateOnly day) =>
        published.TryGetValue(publishedModel, out var price) ? price.Price : Look(provider, PriceSource.ModelOf(provider, model), day, out _)?.Price;

    /// <summary>The prices of a model and where they are written, for people; null when they are not known.</summary>
    /// <param name="provider">The provider that is called.</param>
    /// <param name="model">Its name of the model.</param>
    /// <param name="publishedModel">The published name.</param>
    /// <param name="day">The day, in UTC.</param>
    public KnownPrices? Explain(ProviderSettings provider, string model, string publishedModel, DateOnly day)
    {
        if (published.TryGetValue(publishedModel, out var price))
            return new(price.Prices, PricePlace.Model);
        return Look(provider, PriceSource.ModelOf(provider, model), day, out var place) is { } found ? new(found.Entry.Prices, place) : null;
    }

    /// <summary>The price of a model; null when it is not known.</summary>
    /// <param name="provider">The provider that is called.</param>
    /// <param name="model">Its name of the model.</param>
    /// <param name="publishedModel">The published name.</param>
    /// <param name="tier">How the request is processed.</param>
    /// <param name="region">Where, as far as the answer reports it.</param>
    /// <param name="day">The day of the request, in UTC.</param>
    public Price? Find(ProviderSettings provider, string model, string publishedModel, ServiceTier tier, ServingRegion region, DateOnly day) =>
        Find(provider, model, publishedModel, day)?.At(tier, PriceSource.RegionOf(provider, settings, region));

    /// <summary>What an answer cost, in picodollars; null when a price is not known. Nothing used costs nothing, whatever the model.</summary>
    /// <param name="provider">The provider that answered.</param>
    /// <param name="model">Its name of the model.</param>
    /// <param name="publishedModel">The published name.</param>
    /// <param name="usage">What was used, with the tier and the region that the answer reports.</param>
    /// <param name="day">The day of the request, in UTC.</param>
    public long? CostOf(ProviderSettings provider, string model, string publishedModel, in Usage usage, DateOnly day) =>
        usage.Origin == UsageOrigin.Absent ? 0 : Find(provider, model, publishedModel, usage.Tier, usage.Region, day)?.CostOf(usage);

    private PriceIndex.Dated? Look(ProviderSettings provider, string model, DateOnly day, out PricePlace place)
    {
        place = PricePlace.Own;
        if (own?.Find(provider.Name, model, day) is { } named)
            return named;
        if (PriceSource.ListOf(provider, settings) is not { } list)
            return null;
        if (own?.Find(list, model, day) is { } listed)
            return listed;
        place = PricePlace.BuiltIn;
        return settings.ReplacesBuiltIn ? null : BuiltInPrices.Index.Find(list, model, day);
    }
}
