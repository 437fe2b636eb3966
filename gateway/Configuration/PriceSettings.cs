using Dragoman.Conversation;

namespace Dragoman.Configuration;

/// <summary>Where prices come from (docs/prices.md).</summary>
public sealed record PriceSettings
{
    private static readonly Dictionary<string, ProviderBilling> NoProviders = [];

    public static readonly PriceSettings Default = new();

    /// <summary>The operator's own list, whose entries come before the built-in ones; null when there is none.</summary>
    public PriceList? List { get; init; }

    /// <summary>The path of the file that <see cref="List"/> was read from.</summary>
    public string? File { get; init; }

    /// <summary>Whether the built-in list is not used at all.</summary>
    public bool ReplacesBuiltIn { get; init; }

    /// <summary>How providers are billed, by their names. Most need no entry.</summary>
    public IReadOnlyDictionary<string, ProviderBilling> Providers { get; init; } = NoProviders;
}

/// <summary>How a configured provider is billed.</summary>
/// <param name="List">The provider in price lists whose prices it has, one of <see cref="ProviderSettings.Dialects"/>; null to derive it from the address.</param>
/// <param name="Region">Where it processes requests, if answers do not report it.</param>
public sealed record ProviderBilling(string? List, ServingRegion Region);
