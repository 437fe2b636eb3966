using System.Text.Json;
using Dragoman.Access.Directory;

namespace Dragoman.Administration;

/// <summary><c>limits</c>: what limits a key, a user or a team, and by which scope.</summary>
internal sealed class LimitResource(Records records) : IResource
{
    public async Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (!path.IsEmpty)
            throw new RefusedCall(Problem.NotFound($"resource {FreeText.Cut(call.Path)}"));
        if (call.Method != "GET")
            throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET"));
        var mistakes = new List<Mistake>();
        var query = new QueryParameters(call, mistakes);
        var (keyId, teamId, userId) = (query.Text("key"), query.Text("team"), query.Text("user"));
        if (keyId is null && teamId is null)
            mistakes.Add(Mistake.InQuery("key", "is required, unless team is given"));
        else if (keyId is not null && teamId is not null)
            mistakes.Add(Mistake.InQuery("key", "must not be given together with team"));
        else if (userId is not null && teamId is null)
            mistakes.Add(Mistake.InQuery("user", "must be given together with team"));
        query.End();

        var key = keyId is null ? null : await KeyAsync(keyId, rights, cancellation).ConfigureAwait(false);
        var team = await TeamAsync(key?.Team ?? teamId!, rights, cancellation).ConfigureAwait(false);
        userId ??= key?.User;
        var user = userId is null ? null : (await records.UserAsync(team.Id, userId, cancellation).ConfigureAwait(false))?.Record;
        var (organization, _) = await records.OrganizationAsync(cancellation).ConfigureAwait(false);
        return new AdminAnswer(200, StateJson.Of(writer => Write(writer, organization, team, userId, user, key)));
    }

    private static void Write(Utf8JsonWriter writer, Organization organization, Team team, string? userId, User? user, TeamKey? key)
    {
        var scopes = new List<LimitedScope>();
        Add(ScopeKind.Organization, Organization.Kind, organization.Limits);
        Add(ScopeKind.Team, team.Id, team.Limits);
        if (userId is not null)
            Add(ScopeKind.User, User.DocumentIdOf(team.Id, userId), user is { Limits.IsEmpty: false } ? user.Limits : team.UserLimits);
        if (key is not null)
            Add(ScopeKind.Key, key.Id, key.Limits);

        writer.WriteStartObject();
        writer.WriteString("team"u8, team.Id);
        writer.WriteString("user"u8, userId);
        writer.WriteString("key"u8, key?.Id);
        EffectiveLimits.Write(writer, scopes);
        writer.WriteStartArray("allow"u8);
        WriteAllow("organization", organization.Allow);
        WriteAllow("team", team.Allow);
        if (key is not null)
            WriteAllow("key", key.Allow);
        writer.WriteEndArray();
        writer.WriteEndObject();

        void Add(ScopeKind kind, string id, LimitValues values)
        {
            if (!values.IsEmpty)
                scopes.Add(new(kind, id, values));
        }

        void WriteAllow(string scope, AllowRules rules)
        {
            if (rules == AllowRules.Everything)
                return;
            writer.WriteStartObject();
            writer.WriteString("scope"u8, scope);
            StateJson.WriteAllowMembers(writer, rules);
            writer.WriteEndObject();
        }
    }

    private async Task<TeamKey> KeyAsync(string id, Rights rights, CancellationToken cancellation) =>
        await records.KeyAsync(id, cancellation).ConfigureAwait(false) is { } found && rights.MayRead(found.Record.Team)
            ? found.Record
            : throw new RefusedCall(Problem.NotFound($"key {FreeText.Cut(id)}"));

    private async Task<Team> TeamAsync(string id, Rights rights, CancellationToken cancellation) =>
        rights.MayRead(id) && await records.TeamAsync(id, cancellation).ConfigureAwait(false) is { } found
            ? found.Record
            : throw new RefusedCall(Problem.NotFound($"team {FreeText.Cut(id)}"));
}
