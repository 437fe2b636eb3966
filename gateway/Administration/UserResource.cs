using System.Text.Json;
using Dragoman.Access.Directory;
using Dragoman.Locales;
using Dragoman.Stores;

namespace Dragoman.Administration;

/// <summary><c>users</c> and <c>users/{team}/{id}</c>.</summary>
internal sealed class UserResource(Records records, Changes changes, Leavings leavings, TimeProvider clock) : IResource
{
    public Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (path.IsEmpty)
        {
            return call.Method switch
            {
                "GET" => ListAsync(call, rights, cancellation),
                "POST" => CreateAsync(call, rights, cancellation),
                _ => throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET, POST")),
            };
        }

        if (path.Length != 2)
            throw new RefusedCall(Problem.NotFoundBut(AdministrationText.NoUserResource(FreeText.Cut(call.Path))));
        var (team, id) = (path.Span[0], path.Span[1]);
        switch (call.Method)
        {
            case "GET":
                rights.RequireVisible(team, Named(team, id));
                return GetAsync(call, team, id, cancellation);
            case "PATCH":
                rights.RequireManager(team, Named(team, id));
                return UpdateAsync(call, team, id, rights, cancellation);
            case "DELETE":
                rights.RequireManager(team, Named(team, id));
                return DeleteAsync(call, team, id, rights, cancellation);
            default:
                throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET, PATCH, DELETE"));
        }
    }

    private static Wording Named(string team, string id) => AdministrationText.User(FreeText.Cut(id), FreeText.Cut(team));

    private static User Read(User present, BodyMembers body) => present with
    {
        Name = body.Text("name", present.Name, FreeText.NameMistake),
        IsDisabled = body.Flag("disabled", present.IsDisabled),
        Roles = body.Roles("roles", present.Roles),
        Limits = body.Limits("limits", present.Limits),
        Budgets = body.Budgets("budgets", present.Budgets),
    };

    private async Task<AdminAnswer> ListAsync(AdminCall call, Rights rights, CancellationToken cancellation)
    {
        var query = new QueryParameters(call, []);
        var limit = Reads.LimitOf(query);
        var after = query.After();
        var team = query.Text("team") ?? (rights.ReadsAll ? null : rights.LedTeam);
        query.End();
        await records.RequireTeamAsync(team, rights, cancellation).ConfigureAwait(false);
        return await Reads.PageAsync(
            limit,
            take => records.UsersAsync(team, after, take, cancellation),
            static user => user.Record.DocumentId,
            static (Utf8JsonWriter writer, (User Record, long Version) user) => StateJson.Write(writer, user.Record)).ConfigureAwait(false);
    }

    private async Task<AdminAnswer> GetAsync(AdminCall call, string team, string id, CancellationToken cancellation)
    {
        var (user, version) = await FoundAsync(team, id, cancellation).ConfigureAwait(false);
        return Reads.One(call, StateJson.Of(user), version);
    }

    private async Task<AdminAnswer> CreateAsync(AdminCall call, Rights rights, CancellationToken cancellation)
    {
        Team? team = null;
        User? created = null;
        var answer = await changes.MakeAsync(call, PlanAsync, cancellation).ConfigureAwait(false);
        if (answer.IsReplay || await records.IsStillThereAsync(team!).ConfigureAwait(false))
            return answer;
        await changes.WriteAsync(
            [DocumentWrite.Delete(User.Kind, created!.DocumentId, WriteCondition.Any)],
            [new("user.delete", created.Id, created.Team, StateJson.Of(created), default)],
            call.Actor).ConfigureAwait(false);
        throw new RefusedCall(Problem.Conflict(AdministrationText.TeamDeletedMeanwhile(created.Team)));

        async Task<PlannedChange> PlanAsync(CancellationToken ending)
        {
            var request = new ChangeRequest(call);
            var teamId = request.Body.Required("team", call.Actor.Caller.Team, static text => Team.IsId(text) ? null : MistakeText.NoTeamId);
            var id = request.Body.Required("id", null, static text => User.IsId(text) ? null : MistakeText.NoUserId);
            var user = Read(new User(teamId, id, Timestamp.Now(clock)), request.Body);
            request.End();
            team = await records.RequireTeamInBodyAsync(teamId, rights, ending).ConfigureAwait(false);
            rights.RequireRolesOf(user);
            var state = StateJson.Of(user);
            if (await records.UserAsync(teamId, id, ending).ConfigureAwait(false) is not null)
                throw new RefusedCall(Problem.Conflict(AdministrationText.UserExists(teamId, id)));
            created = user;
            return new(201, state, [Records.Put(user, 0)], [new("user.create", id, teamId, default, state)]) { Location = $"users/{teamId}/{id}" };
        }
    }

    private Task<AdminAnswer> UpdateAsync(AdminCall call, string team, string id, Rights rights, CancellationToken cancellation)
    {
        return changes.MakeAsync(call, PlanAsync, cancellation);

        async Task<PlannedChange> PlanAsync(CancellationToken ending)
        {
            var (present, version) = await FoundAsync(team, id, ending).ConfigureAwait(false);
            rights.RequireRolesOf(present);
            Preconditions.RequireMatch(call, version);
            var request = new ChangeRequest(call);
            var changed = Read(present, request.Body);
            request.End();
            rights.RequireRolesOf(changed);
            var state = StateJson.Of(changed);
            return new(200, state, [Records.Put(changed, version)], [new("user.update", id, team, StateJson.Of(present), state)]);
        }
    }

    private Task<AdminAnswer> DeleteAsync(AdminCall call, string team, string id, Rights rights, CancellationToken cancellation)
    {
        return changes.MakeAsync(call, PlanAsync, cancellation);

        async Task<PlannedChange> PlanAsync(CancellationToken ending)
        {
            var request = new ChangeRequest(call);
            var force = request.Query.Flag("force");
            request.End();
            var (present, version) = await FoundAsync(team, id, ending).ConfigureAwait(false);
            rights.RequireRolesOf(present);
            Preconditions.RequireMatch(call, version);
            if (!force && await leavings.HasActiveKeysAsync(team, id, ending).ConfigureAwait(false))
                throw new RefusedCall(Problem.Conflict(AdministrationText.UserHasKeys(id)));
            await leavings.RevokeKeysAsync(team, id, call.Actor, ending).ConfigureAwait(false);
            return new(
                204,
                default,
                [DocumentWrite.Delete(User.Kind, present.DocumentId, WriteCondition.HasVersion(version))],
                [new("user.delete", id, team, StateJson.Of(present), default)]);
        }
    }

    private async Task<(User Record, long Version)> FoundAsync(string team, string id, CancellationToken cancellation) =>
        await records.UserAsync(team, id, cancellation).ConfigureAwait(false) ?? throw new RefusedCall(Problem.NotFound(Named(team, id)));
}
