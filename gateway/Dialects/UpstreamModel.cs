namespace Dragoman.Dialects;

/// <summary>A provider's model: the name that is sent, and the name of the model whose rules apply.</summary>
/// <param name="Name">The name that is sent: a model's name, or one that the operator chose, such as an Azure deployment's.</param>
/// <param name="Base">The model behind it, which decides what is accepted; the same as <paramref name="Name"/> when nothing else is known.</param>
public readonly record struct UpstreamModel(string Name, string Base)
{
    public static implicit operator UpstreamModel(string name) => new(name, name);
}
