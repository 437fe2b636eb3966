using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dragoman.Access.Directory;
using Dragoman.Locales;
using Dragoman.Stores;

namespace Dragoman.Administration;

/// <summary>The directory's records in the store, with their versions.</summary>
/// <param name="store">The store.</param>
internal sealed class Records(IDocumentStore store)
{
    /// <summary>The most bytes of a state, so that the state before a change and the one after it fit into one audit entry.</summary>
    public const int LargestState = 24 * 1024;

    /// <summary>The organization; the default one with version 0 if nobody has stored it.</summary>
    public async Task<(Organization Record, long Version)> OrganizationAsync(CancellationToken cancellation) =>
        await GetAsync(Organization.Kind, Organization.Kind, DirectoryJson.Default.Organization, cancellation).ConfigureAwait(false) ?? (Organization.Default, 0);

    public Task<(Team Record, long Version)?> TeamAsync(string id, CancellationToken cancellation) =>
        Team.IsId(id) ? GetAsync(Team.Kind, id, DirectoryJson.Default.Team, cancellation) : Task.FromResult<(Team, long)?>(null);

    public Task<(TeamKey Record, long Version)?> KeyAsync(string id, CancellationToken cancellation) =>
        Access.Credentials.KeyText.IsId(id) ? GetAsync(TeamKey.Kind, id, DirectoryJson.Default.TeamKey, cancellation) : Task.FromResult<(TeamKey, long)?>(null);

    public Task<(User Record, long Version)?> UserAsync(string team, string id, CancellationToken cancellation) =>
        Team.IsId(team) && User.IsId(id) ? GetAsync(User.Kind, User.DocumentIdOf(team, id), DirectoryJson.Default.User, cancellation) : Task.FromResult<(User, long)?>(null);

    public Task<IReadOnlyList<(Team Record, long Version)>> TeamsAsync(string? after, int take, CancellationToken cancellation) =>
        ListAsync(Team.Kind, null, after, take, DirectoryJson.Default.Team, cancellation);

    public Task<IReadOnlyList<(TeamKey Record, long Version)>> KeysAsync(string? team, string? after, int take, CancellationToken cancellation) =>
        ListAsync(TeamKey.Kind, team, after, take, DirectoryJson.Default.TeamKey, cancellation);

    public Task<IReadOnlyList<(User Record, long Version)>> UsersAsync(string? team, string? after, int take, CancellationToken cancellation) =>
        ListAsync(User.Kind, team, after, take, DirectoryJson.Default.User, cancellation);

    /// <summary>Checks the team that a list is asked for; null for all teams.</summary>
    /// <exception cref="RefusedCall">There is no such team, or none that the caller may see.</exception>
    public async Task RequireTeamAsync(string? team, Rights rights, CancellationToken cancellation)
    {
        if (team is null)
            return;
        rights.RequireVisible(team, AdministrationText.Team(FreeText.Cut(team)));
        if (await TeamAsync(team, cancellation).ConfigureAwait(false) is null)
            throw new RefusedCall(Problem.NotFound(AdministrationText.Team(FreeText.Cut(team))));
    }

    /// <summary>The team in which a body creates something.</summary>
    /// <exception cref="RefusedCall">There is no such team, or the caller may not manage it.</exception>
    public async Task<Team> RequireTeamInBodyAsync(string team, Rights rights, CancellationToken cancellation)
    {
        rights.RequireManager(team, AdministrationText.Team(team));
        return await TeamAsync(team, cancellation).ConfigureAwait(false) is { } found ? found.Record : throw new RefusedCall(Problem.NotFound(AdministrationText.Team(team)));
    }

    /// <summary>
    /// Whether a team still exists, after something was created in it. The deletion of a team looks for what was created at the
    /// same time, so one of the two sees the other.
    /// </summary>
    public async Task<bool> IsStillThereAsync(Team team) =>
        await TeamAsync(team.Id, CancellationToken.None).ConfigureAwait(false) is { } now && now.Record.CreatedAt == team.CreatedAt;

    public static DocumentWrite Put(Organization organization, long version) => DocumentWrite.Put(
        Organization.Kind,
        Organization.Kind,
        JsonSerializer.SerializeToUtf8Bytes(organization, DirectoryJson.Default.Organization),
        ConditionOf(version));

    /// <param name="team">The team.</param>
    /// <param name="version">The version that it replaces; 0 if there must be none.</param>
    public static DocumentWrite Put(Team team, long version) =>
        DocumentWrite.Put(Team.Kind, team.Id, JsonSerializer.SerializeToUtf8Bytes(team, DirectoryJson.Default.Team), ConditionOf(version));

    public static DocumentWrite Put(TeamKey key, long version) =>
        DocumentWrite.Put(TeamKey.Kind, key.Id, JsonSerializer.SerializeToUtf8Bytes(key, DirectoryJson.Default.TeamKey), ConditionOf(version), key.Team);

    public static DocumentWrite Put(User user, long version) =>
        DocumentWrite.Put(User.Kind, user.DocumentId, JsonSerializer.SerializeToUtf8Bytes(user, DirectoryJson.Default.User), ConditionOf(version), user.Team);

    private static WriteCondition ConditionOf(long version) => version == 0 ? WriteCondition.Absent : WriteCondition.HasVersion(version);

    private async Task<(T Record, long Version)?> GetAsync<T>(string kind, string id, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var document = await store.GetAsync(kind, id, cancellation).ConfigureAwait(false);
        return document is null ? null : (Read(document, type), document.Version);
    }

    private async Task<IReadOnlyList<(T Record, long Version)>> ListAsync<T>(string kind, string? partOf, string? after, int take, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var documents = await store.ListAsync(kind, partOf, after, take, cancellation).ConfigureAwait(false);
        return [.. documents.Select(document => (Read(document, type), document.Version))];
    }

    private static T Read<T>(StoredDocument document, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(document.Json.Span, type) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new RefusedCall(Problem.Unreadable(document.Kind, document.Id));
        }
    }
}
