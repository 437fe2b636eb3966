namespace Dragoman.Infra.Tests.Model;

/// <summary>A resource as Azure's own API describes it, whichever language the template is in.</summary>
/// <param name="Type">Its type, such as <c>Microsoft.KeyVault/vaults</c>.</param>
/// <param name="Name">Its name, without those of its parents; for a role assignment the role and what it is for.</param>
/// <param name="Facts">
/// Its values by their path, such as <c>properties.template.containers[front].image</c>. Elements of a list are known by their name or
/// type, so that their order does not matter. What is empty is not there.
/// </param>
internal sealed record Resource(string Type, string Name, IReadOnlyDictionary<string, string> Facts)
{
    /// <summary>The value at a path; null if there is none.</summary>
    public string? this[string path] => Facts.GetValueOrDefault(path);

    /// <summary>Type and name.</summary>
    public override string ToString() => $"{Type} {Name}";
}
