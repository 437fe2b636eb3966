using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Prices;

/// <summary>
/// Whose prices a configured provider has. A server that only speaks a provider's dialect does not have that provider's prices,
/// even when its models have the same names.
/// </summary>
internal static class PriceSource
{
    /// <summary>The provider's name in price lists; null when only entries with its configured name count.</summary>
    public static string? ListOf(ProviderSettings provider, PriceSettings settings)
    {
        if (settings.Providers.TryGetValue(provider.Name, out var billing) && billing.List is { } list)
            return list;
        return provider.Dialect == "azure-openai" || IsOwnServer(provider) ? provider.Dialect : null;
    }

    /// <summary>Where the provider processes a request.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="settings">The configured billing.</param>
    /// <param name="reported">What the answer reports.</param>
    public static ServingRegion RegionOf(ProviderSettings provider, PriceSettings settings, ServingRegion reported)
    {
        if (reported != ServingRegion.Global)
            return reported;
        if (settings.Providers.TryGetValue(provider.Name, out var billing) && billing.Region != ServingRegion.Global)
            return billing.Region;
        // OpenAI's addresses for regional processing.
        return provider.BaseUrl?.Host switch
        {
            "us.api.openai.com" => ServingRegion.Us,
            "eu.api.openai.com" => ServingRegion.Eu,
            _ => ServingRegion.Global,
        };
    }

    /// <summary>The model behind a name; Azure's deployments have names that the operator chose.</summary>
    public static string ModelOf(ProviderSettings provider, string model)
    {
        if (provider.Options.BaseModels.TryGetValue(model, out var baseModel))
            return baseModel;
        const string prefix = "models/";
        return provider.Dialect == "gemini" && model.StartsWith(prefix, StringComparison.Ordinal) ? model[prefix.Length..] : model;
    }

    private static bool IsOwnServer(ProviderSettings provider) => provider.BaseUrl is not { Host: var host }
        || host.EndsWith(
            provider.Dialect switch
            {
                "anthropic" => ".anthropic.com",
                "gemini" => "generativelanguage.googleapis.com",
                "mistral" => ".mistral.ai",
                _ => ".openai.com",
            },
            StringComparison.OrdinalIgnoreCase);
}
