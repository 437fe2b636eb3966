using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Catalog;

/// <summary>
/// All names that clients may use. When a name is claimed more than once, the operator's entry wins, then the provider that
/// the name begins with, then the provider that was configured first. Any model of a provider is reachable as
/// <c>provider/model</c>, unless the operator forbids it for the provider.
/// </summary>
public sealed class ModelCatalog
{
    private readonly Dictionary<string, PublishedModel> configured = [];

    /// <summary>Keyed by the names exactly as the configuration spells them, which is how most clients write them.</summary>
    private readonly Dictionary<string, PublishedModel> configuredAsWritten = [];

    private readonly List<PublishedModel> configuredInOrder = [];
    private readonly List<ProviderModelList> lists = [];
    private readonly GatewayConfiguration configuration;

    /// <param name="configuration">The models and providers.</param>
    /// <param name="lister">Asks a provider for its models.</param>
    /// <param name="clock">Measures ages and waits.</param>
    /// <param name="earlier">The catalog of the configuration before; its lists of unchanged providers are used on.</param>
    /// <param name="isUnchanged">Whether a provider, by its name, is the same as in the earlier catalog.</param>
    public ModelCatalog(GatewayConfiguration configuration, ModelLister lister, TimeProvider clock, ModelCatalog? earlier = null, Func<string, bool>? isUnchanged = null)
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
        {
            var known = isUnchanged?.Invoke(provider.Name) == true ? earlier?.lists.Find(list => list.Provider == provider.Name) : null;
            lists.Add(known ?? new ProviderModelList(provider.Name, lister, KeyOf, clock));
        }
    }

    /// <summary>The model behind a name that a client gave; null when there is none.</summary>
    /// <exception cref="GatewayException">A provider that may have the model has never answered.</exception>
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
        return await FindAsync(name, key).ConfigureAwait(false);
    }

    /// <summary>
    /// A name that begins with a provider's name belongs to that provider, whatever the others list. Among lists, the list of
    /// the provider that was configured first wins. A provider that does not answer keeps its rank for only one second, and
    /// only once, so that it does not delay the models of the others.
    /// </summary>
    private async ValueTask<PublishedModel?> FindAsync(string name, string key)
    {
        foreach (var list in lists)
            list.Refresh();
        if (ProviderNamedIn(name) is { } provider)
        {
            // The provider itself may list a model under this name, with the provider's name in front.
            if (lists.Find(list => list.Provider == provider.Name) is { } own)
            {
                await own.FirstSecond.ConfigureAwait(false);
                if (own.Find(key) is { } listed)
                    return Publish(provider.Name, listed);
            }

            return FindAtProvider(provider, name);
        }

        while (true)
        {
            List<Task>? before = null;
            ProviderModelList? holder = null;
            foreach (var list in lists)
            {
                if (list.Find(key) is not null)
                {
                    holder = list;
                    break;
                }

                if (!list.FirstQuestion.IsCompleted)
                    (before ??= []).Add(list.FirstQuestion);
            }

            if (holder is not null)
            {
                var ranked = lists.TakeWhile(list => list != holder).Select(list => list.FirstSecond).Where(task => !task.IsCompleted).ToList();
                if (ranked.Count == 0)
                    return Publish(holder.Provider, holder.Find(key)!);
                await Task.WhenAny(ranked).ConfigureAwait(false);
            }
            else if (before is not null)
            {
                await Task.WhenAny(before).ConfigureAwait(false);
            }
            else
            {
                break;
            }
        }

        // "Not found" would be a guess as long as a provider has never answered.
        return lists.Find(list => !list.WasEverRead) is { } silent
            ? throw new GatewayException(new GatewayError(
                ErrorKind.UpstreamFailed,
                ProviderText.ListUnreachable(silent.Provider, name))
            { Code = "upstream_unreachable" })
            : null;
    }

    /// <summary>
    /// Every published model once: the operator's first, then each provider's. The first call waits up to one second for a
    /// provider that has never answered; its models are missing until it answers.
    /// </summary>
    public async ValueTask<IReadOnlyList<PublishedModel>> ListAsync()
    {
        var models = new List<PublishedModel>(configuredInOrder);
        var taken = new HashSet<string>(configured.Keys);
        foreach (var list in lists)
            list.Refresh();
        await Task.WhenAll(lists.Select(list => list.FirstSecond)).ConfigureAwait(false);
        foreach (var list in lists)
            models.AddRange(list.Models.Where(model => taken.Add(KeyOf(model.Id))).Select(model => Publish(list.Provider, model)));
        return models;
    }

    private static PublishedModel Publish(string provider, ListedModel listed) =>
        new(listed.Id, [new Target(provider, listed.Id)], ModelMetadata.Of(listed.Id, null, listed), listed.Created);

    private ProviderSettings? ProviderNamedIn(string name)
    {
        var slash = name.IndexOf('/');
        return slash <= 0 || slash == name.Length - 1
            ? null
            : configuration.Providers.FirstOrDefault(each => each.AllowsDirectNames && each.Name.AsSpan().Equals(name.AsSpan(0, slash), StringComparison.OrdinalIgnoreCase));
    }

    private static PublishedModel? FindAtProvider(ProviderSettings provider, string name)
    {
        var model = Without(":latest", Without(":local", name[(provider.Name.Length + 1)..]));
        return UpstreamName.CanExist(model) ? new PublishedModel(name, [new Target(provider.Name, model)], ModelMetadata.Of(model, null, null), 0) : null;
    }

    /// <summary>Removes a mark of Ollama's that no provider knows.</summary>
    private static string Without(string mark, string name) => name.EndsWith(mark, StringComparison.OrdinalIgnoreCase) ? name[..^mark.Length] : name;

    /// <summary>Names in Ollama's grammar are equal with and without their defaults; any other name is compared in lower case.</summary>
    private static string KeyOf(string name) => ModelName.TryParse(name, out var parsed) ? parsed.Key : name.ToLowerInvariant();
}
