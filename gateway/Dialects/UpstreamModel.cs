namespace Dragoman.Dialects;

/// <summary>A provider's model, by the name that it is asked for and by the one whose rules it follows.</summary>
/// <param name="Name">What goes out: a model's name, or an operator's own, such as that of a deployment at Azure.</param>
/// <param name="Base">The model behind it, which decides what it accepts; the same as <paramref name="Name"/> where nothing else is known.</param>
public readonly record struct UpstreamModel(string Name, string Base)
{
    public static implicit operator UpstreamModel(string name) => new(name, name);
}
