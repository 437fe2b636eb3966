using System.Text.Json;
using Dragoman.Locales;
using Dragoman.Stores;
using Microsoft.Extensions.Logging;

namespace Dragoman.Access.Directory;

/// <summary>
/// Makes callers of what the store has: keys, teams, users and the organization. What was used lately is remembered, and follows
/// the store (<see cref="StoreFeed"/>).
/// </summary>
internal sealed class CallerDirectory : IAsyncDisposable
{
    /// <summary>How many keys a process remembers, at about 1 KiB each.</summary>
    private const int MostKeys = 20_000;

    private const int MostTeams = 2_000;
    private const int MostUsers = 20_000;

    private readonly DocumentCache<KnownKey> keys;
    private readonly DocumentCache<Team> teams;
    private readonly DocumentCache<User> users;
    private readonly DocumentCache<Organization> organizations;
    private readonly Lazy<StoreFeed> feed;

    /// <summary>Counts the changes of everything but keys. Callers of an earlier generation are made anew.</summary>
    private long generation;

    public CallerDirectory(IDocumentStore store, TimeProvider clock, ILogger logger)
    {
        keys = new(store, TeamKey.Kind, document => new KnownKey(Read(document, DirectoryJson.Default.TeamKey)), MostKeys);
        teams = new(store, Team.Kind, document => Read(document, DirectoryJson.Default.Team), MostTeams);
        users = new(store, User.Kind, document => Read(document, DirectoryJson.Default.User), MostUsers);
        organizations = new(store, Organization.Kind, document => Read(document, DirectoryJson.Default.Organization), 1);
        feed = new(() => new StoreFeed(store, clock, logger, Apply, Forget));
    }

    /// <summary>Tells how recent all this is.</summary>
    public StoreFeed Feed => feed.Value;

    /// <summary>Whether a caller of this generation is up to date.</summary>
    public bool IsCurrent(long made) => made == Volatile.Read(ref generation);

    /// <summary>Returns what is remembered of a key, without waiting; null for a key that does not exist.</summary>
    public bool TryGetKey(ReadOnlySpan<char> id, out KnownKey? key) => keys.TryGet(id, out key);

    /// <summary>Finds a key; null when it does not exist.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public ValueTask<KnownKey?> FindKeyAsync(string id, CancellationToken cancellation) => keys.GetAsync(id, cancellation);

    /// <summary>Makes the caller who uses a key. A key never makes an administrator, because it lies about in the settings of many tools.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public ValueTask<Made> MakeAsync(TeamKey key, CancellationToken cancellation) => MakeAsync(key.Team, key.User, [], key, cancellation);

    /// <summary>Makes the caller who uses a token, or none.</summary>
    /// <param name="team">The id of the team; null for an administrator without one.</param>
    /// <param name="user">The id of the user in the team; null when it is not known.</param>
    /// <param name="roles">The roles that the token gives.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public ValueTask<Made> MakeAsync(string? team, string? user, IReadOnlyList<Role> roles, CancellationToken cancellation) =>
        MakeAsync(team, user, roles, null, cancellation);

    public async ValueTask DisposeAsync()
    {
        if (feed.IsValueCreated)
            await feed.Value.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<Made> MakeAsync(string? teamId, string? userId, IReadOnlyList<Role> roles, TeamKey? key, CancellationToken cancellation)
    {
        // Before anything is read: what changes while it is read makes the caller outdated.
        var now = Volatile.Read(ref generation);
        var organization = await organizations.GetAsync(Organization.Kind, cancellation).ConfigureAwait(false) ?? Organization.Default;
        var scopes = new List<LimitedScope>();
        var allow = new List<AllowList>();
        Add(ScopeKind.Organization, Organization.Kind, organization.Limits);
        Allow(AccessText.OfOrganization, organization.Allow);
        Team? team = null;
        User? user = null;
        if (teamId is not null)
        {
            if (!Team.IsId(teamId) || await teams.GetAsync(teamId, cancellation).ConfigureAwait(false) is not { } found)
                return new Made(null, new CallerRefusal(RefusalReason.NoTeam, teamId), now);
            team = found;
            if (team.IsDisabled)
                return new Made(null, new CallerRefusal(RefusalReason.TeamDisabled, teamId), now);
            Add(ScopeKind.Team, teamId, team.Limits);
            Allow(AccessText.OfTeam(teamId), team.Allow);
            if (userId is not null)
            {
                var document = User.DocumentIdOf(teamId, userId);
                user = User.IsId(userId) ? await users.GetAsync(document, cancellation).ConfigureAwait(false) : null;
                if (user is { IsDisabled: true })
                    return new Made(null, new CallerRefusal(RefusalReason.UserDisabled, userId), now);
                Add(ScopeKind.User, document, user is null || user.Limits.IsEmpty ? team.UserLimits : user.Limits);
                if (user is { Roles.Count: > 0 })
                    roles = [.. roles.Union(user.Roles).Where(role => key is null || role != Role.Admin)];
            }
        }

        if (key is not null)
        {
            Add(ScopeKind.Key, key.Id, key.Limits);
            Allow(AccessText.OfKey(key.Id), key.Allow);
        }

        var caller = new Caller
        {
            Team = teamId,
            Key = key?.Id,
            User = userId,
            Roles = roles,
            Scopes = scopes.Count == 0 ? [] : [.. scopes],
            Allow = allow.Count == 0 ? [] : [.. allow],
            Budgets = ScopeBudgets.Of(organization, team, userId, user, key),
            Tags = CallerTags.Of(team, key),
            ExpiresAt = key?.ExpiresAt ?? DateTimeOffset.MaxValue,
        };
        return new Made(caller, null, now);

        void Add(ScopeKind kind, string id, LimitValues limits)
        {
            if (!limits.IsEmpty)
                scopes.Add(new LimitedScope(kind, id, limits));
        }

        void Allow(Wording scope, AllowRules rules)
        {
            if (rules != AllowRules.Everything)
                allow.Add(new AllowList(scope, rules));
        }
    }

    private void Apply(DocumentChange change)
    {
        switch (change.Kind)
        {
            case TeamKey.Kind:
                keys.Apply(change);
                return;
            case Team.Kind:
                teams.Apply(change);
                break;
            case User.Kind:
                users.Apply(change);
                break;
            case Organization.Kind:
                organizations.Apply(change);
                break;
            default:
                return;
        }

        Interlocked.Increment(ref generation);
    }

    private void Forget()
    {
        keys.Forget();
        teams.Forget();
        users.Forget();
        organizations.Forget();
        Interlocked.Increment(ref generation);
    }

    private static T Read<T>(StoredDocument document, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(document.Json.Span, type) ?? throw new JsonException($"The {document.Kind} {document.Id} in the store is null.");
}
