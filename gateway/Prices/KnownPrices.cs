using Dragoman.Configuration;

namespace Dragoman.Prices;

/// <summary>What a model costs, for people.</summary>
/// <param name="Prices">All its prices.</param>
/// <param name="Place">Where they are written.</param>
public sealed record KnownPrices(ModelPrices Prices, PricePlace Place);
