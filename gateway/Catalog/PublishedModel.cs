using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Catalog;

/// <summary>A name that clients use, and what stands behind it.</summary>
/// <param name="Name">As the operator or the provider writes it.</param>
/// <param name="Targets">Tried in this order.</param>
/// <param name="Metadata">What clients may learn of it.</param>
/// <param name="Created">Unix seconds; 0 when unknown.</param>
public sealed record PublishedModel(string Name, IReadOnlyList<Target> Targets, ModelMetadata Metadata, long Created)
{
    private const long FixedDate = 1_735_689_600;

    /// <summary>The date in lists, in Unix seconds: a model without one of its own gets one that never changes.</summary>
    public long ListedDate => Created > 0 ? Created : FixedDate;

    /// <summary>The name in Ollama's lists: with its tag. Null when Ollama's grammar cannot express it.</summary>
    public string? TaggedName { get; } = ModelName.TryParse(Name, out var name) ? name.Display : null;
}
