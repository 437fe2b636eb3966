using System.Collections.Concurrent;
using Dragoman.Catalog;

namespace Dragoman.Pipeline.State;

/// <summary>
/// The models that were requested from this process recently. The gateway never loads a model, but clients expect the
/// models that they use to be listed as loaded (specs/ollama.md 2.7).
/// </summary>
public sealed class RecentModels(TimeProvider clock)
{
    /// <summary>The most models of a team that are kept; beyond it the one that expires first is dropped.</summary>
    public const int Capacity = 256;

    private static readonly TimeSpan DefaultKeepAlive = TimeSpan.FromMinutes(5);

    /// <summary>The most teams whose models are kept; beyond it a team that used none lately is dropped.</summary>
    private const int MostTeams = 4096;

    private readonly ConcurrentDictionary<string, OfTeam> teams = new(StringComparer.Ordinal);

    /// <summary>The models of one team. Other teams do not see them.</summary>
    public OfTeam Of(string team)
    {
        if (teams.TryGetValue(team, out var models))
            return models;
        if (teams.Count >= MostTeams && teams.FirstOrDefault(each => each.Value.List().Count == 0).Key is { } idle)
            teams.TryRemove(idle, out _);
        return teams.GetOrAdd(team, _ => new OfTeam(clock));
    }

    /// <summary>The models that one team requested recently.</summary>
    public sealed class OfTeam(TimeProvider clock)
    {
        private readonly Lock gate = new();
        private readonly Dictionary<string, RecentModel> models = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>Records a use of a model.</summary>
        /// <param name="model">The model that was requested.</param>
        /// <param name="keepAlive">How long it counts as loaded. Null keeps the earlier value; zero removes the model.</param>
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

        /// <summary>The models that count as loaded; the one that expires last comes first.</summary>
        public IReadOnlyList<RecentModel> List()
        {
            lock (gate)
            {
                var now = clock.GetUtcNow();
                return [.. models.Values.Where(model => model.ExpiresAt > now).OrderByDescending(model => model.ExpiresAt)];
            }
        }
    }
}
