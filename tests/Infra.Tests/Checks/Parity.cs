using Dragoman.Infra.Tests.Model;

namespace Dragoman.Infra.Tests.Checks;

/// <summary>Both languages make the same resources with the same values.</summary>
internal static class Parity
{
    /// <summary>What differs, one line each.</summary>
    public static IEnumerable<string> Find(Deployment bicep, Deployment terraform)
    {
        var left = ByName(bicep);
        var right = ByName(terraform);
        foreach (var key in left.Keys.Union(right.Keys).Order(StringComparer.Ordinal))
        {
            var ours = left.GetValueOrDefault(key) ?? [];
            var theirs = right.GetValueOrDefault(key) ?? [];
            if (ours.Count != theirs.Count)
            {
                yield return $"{bicep.Size}: {key}: {ours.Count} in Bicep, {theirs.Count} in Terraform";
                continue;
            }

            foreach (var difference in ours.Zip(theirs).SelectMany(pair => Differences(pair.First, pair.Second)))
                yield return $"{bicep.Size}: {key}: {difference}";
        }
    }

    private static IEnumerable<string> Differences(Resource bicep, Resource terraform) =>
        from path in bicep.Facts.Keys.Union(terraform.Facts.Keys)
        let ours = bicep[path]
        let theirs = terraform[path]
        where ours != theirs
        select $"{path}: {ours ?? "nothing"} in Bicep, {theirs ?? "nothing"} in Terraform";

    /// <summary>Children of different parents may have the same name; their values decide which belongs to which.</summary>
    private static Dictionary<string, List<Resource>> ByName(Deployment deployment) => deployment.Resources
        .GroupBy(resource => resource.ToString())
        .ToDictionary(group => group.Key, group => group.OrderBy(resource => string.Join('\n', resource.Facts), StringComparer.Ordinal).ToList());
}
