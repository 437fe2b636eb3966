namespace Dragoman.Configuration;

/// <summary>What a service tier costs: a factor of the usual prices, or prices of its own.</summary>
/// <param name="Factor">Multiplies the usual prices of tokens.</param>
/// <param name="Rates">The tier's own prices; a class that they leave out has the usual price times <paramref name="Factor"/>.</param>
/// <param name="Long">The tier's own prices of a long prompt; null for those of the model times <paramref name="Factor"/>.</param>
public sealed record TierPrice(PriceFactor Factor, PriceRates? Rates = null, PriceRates? Long = null);
