using Dragoman.Conversation;

namespace Dragoman.Configuration;

/// <summary>A model that the operator publishes.</summary>
/// <param name="Name">As written; clients use it.</param>
/// <param name="Targets">Tried in this order.</param>
public sealed record ModelSettings(string Name, IReadOnlyList<Target> Targets)
{
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Null where the operator did not say: the catalogue or the name tells.</summary>
    public ModelCapabilities? Capabilities { get; init; }

    public int? ContextLength { get; init; }

    public int? EmbeddingLength { get; init; }

    public string? Family { get; init; }

    public string? ParameterSize { get; init; }

    public string? Quantization { get; init; }
}
