using System.Text.Json;
using Dragoman.Access.Directory;
using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary><c>limits</c>: what limits a key, a user or a team, and by which scope.</summary>
internal sealed class LimitResource(Records records) : IResource
{
    public async Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (!path.IsEmpty)
            throw new RefusedCall(Problem.NotFound(AdministrationText.Resource(FreeText.Cut(call.Path))));
        if (call.Method != "GET")
            throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET"));
        var subject = await Subject.ReadAsync(call, records, rights, mayHaveTag: false, cancellation).ConfigureAwait(false);
        if (subject.Team is not { } team)
            throw new RefusedCall(Problem.Invalid(Mistake.InQuery("key", MistakeText.RequiredUnlessTeam)));
        return new AdminAnswer(200, StateJson.Of(writer => Write(writer, subject.Organization, team, subject.UserId, subject.User, subject.Key)));
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
}
