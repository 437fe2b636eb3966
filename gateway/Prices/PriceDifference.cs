namespace Dragoman.Prices;

/// <summary>A price that two lists give differently.</summary>
/// <param name="Provider">The provider in the other list.</param>
/// <param name="Model">The model in the other list.</param>
/// <param name="Name">What it is the price of, such as <c>input</c>, <c>long output</c>, <c>flex input</c> or <c>region us</c>.</param>
/// <param name="Ours">What the gateway uses; null when it is not known.</param>
/// <param name="Theirs">What the other list says.</param>
public sealed record PriceDifference(string Provider, string Model, string Name, decimal? Ours, decimal Theirs);
