using Dragoman.Conversation;

namespace Dragoman.Configuration;

/// <summary>A model that the operator publishes.</summary>
/// <param name="Name">The name that clients use, as the operator wrote it.</param>
/// <param name="Targets">The models behind the name, in the order in which they are tried.</param>
public sealed record ModelSettings(string Name, IReadOnlyList<Target> Targets)
{
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Null when the operator did not say; the catalog or the name then decides.</summary>
    public ModelCapabilities? Capabilities { get; init; }

    public int? ContextLength { get; init; }

    public int? EmbeddingLength { get; init; }

    public string? Family { get; init; }

    public string? ParameterSize { get; init; }

    public string? Quantization { get; init; }

    /// <summary>What the model costs, whatever the price lists say; null to look it up there.</summary>
    public ModelPrices? Price { get; init; }
}
