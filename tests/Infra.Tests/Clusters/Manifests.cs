using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Dragoman.Infra.Tests.Tools;
using k8s;
using k8s.Models;

namespace Dragoman.Infra.Tests.Clusters;

/// <summary>What Kustomize makes of a folder of <c>infra/kubernetes</c>.</summary>
/// <param name="Objects">The objects that are Kubernetes' own, read strictly: a member that its API does not have is an exception.</param>
/// <param name="Others">The objects of extensions, such as KEDA.</param>
internal sealed record Manifests(IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects, IReadOnlyList<JsonNode> Others)
{
    /// <summary>Why there is no Kustomize here; null if there is.</summary>
    public static string? Missing => Command.Find("kubectl") is null && Command.Find("kustomize") is null ? "neither kubectl nor kustomize is on PATH" : null;

    private static readonly ConcurrentDictionary<string, Lazy<Task<Manifests>>> Rendered = new();

    /// <summary>Runs Kustomize, once for each folder.</summary>
    /// <param name="folder">Below <c>infra/kubernetes</c>.</param>
    /// <exception cref="InvalidOperationException">Kustomize complains.</exception>
    public static Task<Manifests> RenderAsync(string folder) => Rendered.GetOrAdd(folder, each => new(() => RunAsync(each))).Value;

    private static async Task<Manifests> RunAsync(string folder)
    {
        var path = Path.Combine(Repository.Infra, "kubernetes", folder);
        var result = Command.Find("kustomize") is { } kustomize
            ? await Command.RunAsync(kustomize, ["build", path], path)
            : await Command.RunAsync("kubectl", ["kustomize", path], path);
        if (result.Status != 0 || result.Errors.Length > 0)
            throw new InvalidOperationException(result.Everything);
        return Read(result.Output);
    }

    /// <summary>Reads a text of several documents.</summary>
    public static Manifests Read(string text)
    {
        var (objects, others) = (new List<IKubernetesObject<V1ObjectMeta>>(), new List<JsonNode>());
        foreach (var document in Yaml.Read(text))
        {
            if ((string?)document["apiVersion"] is { } version && version.StartsWith("keda.sh/", StringComparison.Ordinal))
                others.Add(document);
            else
                objects.Add((IKubernetesObject<V1ObjectMeta>)KubernetesYaml.LoadAllFromString(document.ToJsonString(), strict: true).Single());
        }

        return new Manifests(objects, others);
    }

    /// <summary>The objects of a type.</summary>
    public IEnumerable<T> Of<T>() => Objects.OfType<T>();

    /// <summary>The object of a type with a name.</summary>
    public T Named<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => Of<T>().Single(each => each.Metadata.Name == name);
}
