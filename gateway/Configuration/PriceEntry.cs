namespace Dragoman.Configuration;

/// <summary>An entry of a price list: what a model costs from a day on.</summary>
/// <param name="Provider">One of <see cref="ProviderSettings.Dialects"/> for the provider itself, or the name of a configured provider.</param>
/// <param name="Model">The provider's name of the model; with an asterisk at its end, the beginning of names.</param>
/// <param name="Prices">What it costs.</param>
public sealed record PriceEntry(string Provider, string Model, ModelPrices Prices)
{
    /// <summary>Other names of the same model.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The first day on which the prices count, in UTC.</summary>
    public DateOnly From { get; init; } = DateOnly.MinValue;

    /// <summary>Where the prices are published; null when it is not given.</summary>
    public string? Source { get; init; }

    /// <summary>When they were read there; null when it is not given.</summary>
    public DateOnly? Seen { get; init; }
}
