using Dragoman.Conversation;

namespace Dragoman.Configuration;

/// <summary>Which names the models of a provider can have. A name that becomes part of a URL is more restricted than one in a body.</summary>
internal static class ModelNameRule
{
    /// <summary>The rule, when the provider cannot have a model of this name; null when it can.</summary>
    public static string? FindMistake(ProviderSettings provider, string model)
    {
        if (!UpstreamName.CanExist(model))
            return UpstreamName.Rule;
        // Gemini's models are paths such as models/x, tunedModels/x and publishers/google/models/x.
        var fits = provider.Dialect == "gemini" ? UpstreamName.FitsPath(model) : !provider.HasDeployments || UpstreamName.FitsSegment(model);
        return fits ? null : UpstreamName.PathRule;
    }
}
