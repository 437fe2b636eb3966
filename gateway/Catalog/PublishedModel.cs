using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Catalog;

/// <summary>A name that clients use, with the models behind it.</summary>
/// <param name="Name">The name as the operator or the provider writes it.</param>
/// <param name="Targets">The models behind the name, in the order in which they are tried.</param>
/// <param name="Metadata">What clients can find out about the model.</param>
/// <param name="Created">The creation date in Unix seconds; 0 when unknown.</param>
public sealed record PublishedModel(string Name, IReadOnlyList<Target> Targets, ModelMetadata Metadata, long Created)
{
    private const long FixedDate = 1_735_689_600;

    /// <summary>The creation date that lists show, in Unix seconds: a model without a known date gets a fixed one.</summary>
    public long ListedDate => Created > 0 ? Created : FixedDate;

    /// <summary>The name in Ollama's lists, with its tag; null when Ollama's grammar cannot express it.</summary>
    public string? TaggedName { get; } = ModelName.TryParse(Name, out var name) ? name.Display : null;
}
