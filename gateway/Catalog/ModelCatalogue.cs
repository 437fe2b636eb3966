using Dragoman.Conversation;

namespace Dragoman.Catalog;

/// <summary>
/// All names that clients may use. On a clash the operator's entry wins, then the provider that was configured first;
/// any model of a provider is reachable as <c>provider/model</c>.
/// </summary>
public sealed class ModelCatalogue
{
    private readonly Dictionary<string, PublishedModel> configured = [];

    /// <summary>By their names as they stand in the configuration, which is how most clients write them.</summary>
    private readonly Dictionary<string, PublishedModel> configuredAsWritten = [];

    private readonly List<PublishedModel> configuredInOrder = [];
    private readonly List<ProviderModelList> lists = [];
    private readonly GatewayConfiguration configuration;

    public ModelCatalogue(GatewayConfiguration configuration, ModelLister lister, TimeProvider clock)
    {
        this.configuration = configuration;
        foreach (var settings in configuration.Models)
        {
            var model = new PublishedModel(settings.Name, settings.Targets, ModelMetadata.Of(settings.Targets[0].Model, settings, null), 0);
            configuredInOrder.Add(model);
            foreach (var name in settings.Aliases.Prepend(settings.Name))
            {
                var key = KeyOf(name);
                configured.TryAdd(key, model);
                configuredAsWritten.TryAdd(name, configured[key]);
            }
        }

        foreach (var provider in configuration.Providers.Where(each => each.PublishesAll))
            lists.Add(new ProviderModelList(provider.Name, lister, clock));
    }

    /// <summary>The model behind a name that a client gave; null when there is none.</summary>
    /// <exception cref="GatewayException">A provider that might have it has not answered yet.</exception>
    public async ValueTask<PublishedModel?> FindAsync(string name)
    {
        if (configuredAsWritten.TryGetValue(name, out var model))
            return model;
        if (name.Length == 0)
            return null;
        var key = KeyOf(name);
        if (configured.TryGetValue(key, out model))
            return model;
        if (!UpstreamName.CanExist(name))
            return null;
        foreach (var list in lists)
        {
            foreach (var listed in await list.GetAsync().ConfigureAwait(false))
            {
                if (KeyOf(listed.Id) == key)
                    return Publish(list.Provider, listed);
            }
        }

        if (FindAtProvider(name) is { } found)
            return found;
        // "Not found" would be a guess as long as somebody has not been heard.
        return lists.Find(list => !list.WasEverRead) is { } silent
            ? throw new GatewayException(new GatewayError(
                ErrorKind.UpstreamFailed,
                $"The provider {silent.Provider} cannot be reached for its list of models, so '{name}' may or may not exist.")
            { Code = "upstream_unreachable" })
            : null;
    }

    /// <summary>Every published model once: the operator's first, then each provider's.</summary>
    public async ValueTask<IReadOnlyList<PublishedModel>> ListAsync()
    {
        var models = new List<PublishedModel>(configuredInOrder);
        var taken = new HashSet<string>(configured.Keys);
        var answers = await Task.WhenAll(lists.Select(list => list.GetAsync().AsTask())).ConfigureAwait(false);
        foreach (var (list, listed) in lists.Zip(answers))
            models.AddRange(listed.Where(model => taken.Add(KeyOf(model.Id))).Select(model => Publish(list.Provider, model)));
        return models;
    }

    private static PublishedModel Publish(string provider, ListedModel listed) =>
        new(listed.Id, [new Target(provider, listed.Id)], ModelMetadata.Of(listed.Id, null, listed), listed.Created);

    private PublishedModel? FindAtProvider(string name)
    {
        var slash = name.IndexOf('/');
        if (slash <= 0 || slash == name.Length - 1)
            return null;
        var provider = configuration.Providers.FirstOrDefault(each => each.Name.AsSpan().Equals(name.AsSpan(0, slash), StringComparison.OrdinalIgnoreCase));
        if (provider is null)
            return null;
        var model = Without(":latest", Without(":local", name[(slash + 1)..]));
        return UpstreamName.CanExist(model) ? new PublishedModel(name, [new Target(provider.Name, model)], ModelMetadata.Of(model, null, null), 0) : null;
    }

    /// <summary>Marks of Ollama's that no provider knows.</summary>
    private static string Without(string mark, string name) => name.EndsWith(mark, StringComparison.OrdinalIgnoreCase) ? name[..^mark.Length] : name;

    /// <summary>Names in Ollama's grammar are equal with and without their defaults; any other is compared as it stands.</summary>
    private static string KeyOf(string name) => ModelName.TryParse(name, out var parsed) ? parsed.Key : name.ToLowerInvariant();
}
