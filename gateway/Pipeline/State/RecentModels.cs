using Dragoman.Catalog;

namespace Dragoman.Pipeline.State;

/// <summary>
/// The models that this process was asked for lately. Nothing is ever loaded here, but clients want to see what they
/// use as loaded (specs/ollama.md 2.7).
/// </summary>
public sealed class RecentModels(TimeProvider clock)
{
    /// <summary>More are forgotten, the first to expire first.</summary>
    public const int Capacity = 256;

    private static readonly TimeSpan DefaultKeepAlive = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private readonly Dictionary<string, RecentModel> models = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="model">The model that was asked for.</param>
    /// <param name="keepAlive">Null leaves it at what an earlier use said; zero puts the model away.</param>
    public void Use(PublishedModel model, TimeSpan? keepAlive)
    {
        var name = model.TaggedName ?? model.Name;
        lock (gate)
        {
            var now = clock.GetUtcNow();
            var kept = keepAlive ?? (models.TryGetValue(name, out var before) && before.ExpiresAt > now ? before.KeepAlive : DefaultKeepAlive);
            if (kept <= TimeSpan.Zero)
            {
                models.Remove(name);
                return;
            }

            models[name] = new RecentModel(model, kept, now + kept);
            if (models.Count > Capacity)
                models.Remove(models.MinBy(each => each.Value.ExpiresAt).Key);
        }
    }

    /// <summary>The longest-living first.</summary>
    public IReadOnlyList<RecentModel> List()
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            return [.. models.Values.Where(model => model.ExpiresAt > now).OrderByDescending(model => model.ExpiresAt)];
        }
    }
}
