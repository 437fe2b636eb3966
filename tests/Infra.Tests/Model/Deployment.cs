namespace Dragoman.Infra.Tests.Model;

/// <summary>What the templates of a language make of the parameters of a size.</summary>
/// <param name="Size"><c>solo</c>, <c>team</c> or <c>private</c>.</param>
/// <param name="Resources">The resources.</param>
internal sealed record Deployment(string Size, IReadOnlyList<Resource> Resources)
{
    /// <summary>The sizes that both languages have.</summary>
    public static readonly IReadOnlyList<string> Sizes = ["solo", "team", "private"];

    /// <summary>The resources of a type.</summary>
    public IEnumerable<Resource> Of(string type) => Resources.Where(resource => resource.Type == type);

    /// <summary>The container app.</summary>
    public Resource App => Of("Microsoft.App/containerApps").Single();

    /// <summary>The function app; null if there is none.</summary>
    public Resource? Functions => Of("Microsoft.Web/sites").SingleOrDefault();

    /// <summary>The environment variables of a container by their name. A reference to a secret is its value, in angle brackets.</summary>
    public IReadOnlyDictionary<string, string> VariablesOf(string container) => Named(App, $"properties.template.containers[{container}].env[");

    /// <summary>The settings of the function app by their name.</summary>
    public IReadOnlyDictionary<string, string> Settings =>
        Functions is { } functions ? Named(functions, "properties.siteConfig.appSettings[") : new Dictionary<string, string>();

    private static Dictionary<string, string> Named(Resource resource, string prefix)
    {
        var variables = new Dictionary<string, string>();
        foreach (var (path, value) in resource.Facts.Where(fact => fact.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var end = path.IndexOf(']', prefix.Length);
            var name = path[prefix.Length..end];
            if (path.EndsWith("].value", StringComparison.Ordinal))
                variables[name] = value;
            else if (path.EndsWith("].secretRef", StringComparison.Ordinal))
                variables[name] = $"<{value}>";
        }

        return variables;
    }
}
