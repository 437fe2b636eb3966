using System.Text.Json;
using Dragoman.Access.Directory;
using Dragoman.Locales;
using Dragoman.Stores;

namespace Dragoman.Administration;

/// <summary><c>teams</c> and <c>teams/{id}</c>.</summary>
internal sealed class TeamResource(Records records, Changes changes, Leavings leavings, TimeProvider clock) : IResource
{
    public Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (path.Length > 1)
            throw new RefusedCall(Problem.NotFound(AdministrationText.Resource(FreeText.Cut(call.Path))));
        if (path.IsEmpty)
        {
            return call.Method switch
            {
                "GET" => ListAsync(call, rights, cancellation),
                "POST" => CreateAsync(call, rights, cancellation),
                _ => throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET, POST")),
            };
        }

        var id = path.Span[0];
        rights.RequireVisible(id, Named(id));
        return call.Method switch
        {
            "GET" => GetAsync(call, id, cancellation),
            "PATCH" => UpdateAsync(call, id, rights, cancellation),
            "DELETE" => DeleteAsync(call, id, rights, cancellation),
            _ => throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET, PATCH, DELETE")),
        };
    }

    private static Wording Named(string id) => AdministrationText.Team(FreeText.Cut(id));

    private static Team Read(Team present, BodyMembers body) => present with
    {
        Name = body.Text("name", present.Name, FreeText.NameMistake),
        IsDisabled = body.Flag("disabled", present.IsDisabled),
        Allow = body.Allow("allow", present.Allow),
        Limits = body.Limits("limits", present.Limits),
        UserLimits = body.Limits("userLimits", present.UserLimits),
        Budgets = body.Budgets("budgets", present.Budgets),
        UserBudgets = body.Budgets("userBudgets", present.UserBudgets),
        TagBudgets = body.TagBudgets("tagBudgets", present.TagBudgets),
        TimeZone = body.Text("timeZone", present.TimeZone, FreeText.TimeZoneMistake),
        Tags = body.Tags("tags", present.Tags),
    };

    private Task<AdminAnswer> ListAsync(AdminCall call, Rights rights, CancellationToken cancellation)
    {
        var query = new QueryParameters(call, []);
        var limit = Reads.LimitOf(query);
        var after = query.After();
        query.End();
        return Reads.PageAsync(limit, ReadAsync, static team => team.Record.Id, static (Utf8JsonWriter writer, (Team Record, long Version) team) => StateJson.Write(writer, team.Record));

        async Task<IReadOnlyList<(Team Record, long Version)>> ReadAsync(int take)
        {
            if (rights.ReadsAll)
                return await records.TeamsAsync(after, take, cancellation).ConfigureAwait(false);
            var own = await records.TeamAsync(rights.LedTeam!, cancellation).ConfigureAwait(false);
            return own is { } team && string.CompareOrdinal(team.Record.Id, after) > 0 ? [team] : [];
        }
    }

    private async Task<AdminAnswer> GetAsync(AdminCall call, string id, CancellationToken cancellation)
    {
        var (team, version) = await FoundAsync(id, cancellation).ConfigureAwait(false);
        return Reads.One(call, StateJson.Of(team), version);
    }

    private Task<AdminAnswer> CreateAsync(AdminCall call, Rights rights, CancellationToken cancellation)
    {
        rights.RequireAdmin(AdministrationText.CreatingTeam);
        return changes.MakeAsync(call, PlanAsync, cancellation);

        async Task<PlannedChange> PlanAsync(CancellationToken ending)
        {
            var request = new ChangeRequest(call);
            var id = request.Body.Required("id", null, static text => Team.IsId(text) ? null : MistakeText.NoTeamId);
            var team = Read(new Team(id, Timestamp.Now(clock)), request.Body);
            request.End();
            var state = StateJson.Of(team);
            ChangeRequest.CheckSize(state);
            if (await records.TeamAsync(id, ending).ConfigureAwait(false) is not null)
                throw new RefusedCall(Problem.Conflict(AdministrationText.TeamExists(id)));
            await leavings.RevokeKeysAsync(id, null, call.Actor, ending).ConfigureAwait(false);
            await leavings.DeleteUsersAsync(id, call.Actor, ending).ConfigureAwait(false);
            return new(201, state, [Records.Put(team, 0)], [new("team.create", id, id, default, state)]) { Location = $"teams/{id}" };
        }
    }

    private Task<AdminAnswer> UpdateAsync(AdminCall call, string id, Rights rights, CancellationToken cancellation)
    {
        rights.RequireAdmin(AdministrationText.ChangingTeam);
        return changes.MakeAsync(call, PlanAsync, cancellation);

        async Task<PlannedChange> PlanAsync(CancellationToken ending)
        {
            var (present, version) = await FoundAsync(id, ending).ConfigureAwait(false);
            Preconditions.RequireMatch(call, version);
            var request = new ChangeRequest(call);
            var changed = Read(present, request.Body);
            request.End();
            var state = StateJson.Of(changed);
            ChangeRequest.CheckSize(state);
            return new(200, state, [Records.Put(changed, version)], [new("team.update", id, id, StateJson.Of(present), state)]);
        }
    }

    private async Task<AdminAnswer> DeleteAsync(AdminCall call, string id, Rights rights, CancellationToken cancellation)
    {
        rights.RequireAdmin(AdministrationText.DeletingTeam);
        var answer = await changes.MakeAsync(call, PlanAsync, cancellation).ConfigureAwait(false);
        // A key that was created at the same time checks its team afterwards, and so does this.
        if (!answer.IsReplay && await records.TeamAsync(id, CancellationToken.None).ConfigureAwait(false) is null)
            await ClearAsync(CancellationToken.None).ConfigureAwait(false);
        return answer;

        async Task<PlannedChange> PlanAsync(CancellationToken ending)
        {
            var request = new ChangeRequest(call);
            var force = request.Query.Flag("force");
            request.End();
            var (present, version) = await FoundAsync(id, ending).ConfigureAwait(false);
            Preconditions.RequireMatch(call, version);
            if (!force && await leavings.HasActiveKeysAsync(id, null, ending).ConfigureAwait(false))
                throw new RefusedCall(Problem.Conflict(AdministrationText.TeamHasKeys(id)));
            await ClearAsync(ending).ConfigureAwait(false);
            return new(204, default, [DocumentWrite.Delete(Team.Kind, id, WriteCondition.HasVersion(version))], [new("team.delete", id, id, StateJson.Of(present), default)]);
        }

        async Task ClearAsync(CancellationToken ending)
        {
            await leavings.RevokeKeysAsync(id, null, call.Actor, ending).ConfigureAwait(false);
            await leavings.DeleteUsersAsync(id, call.Actor, ending).ConfigureAwait(false);
        }
    }

    private async Task<(Team Record, long Version)> FoundAsync(string id, CancellationToken cancellation) =>
        await records.TeamAsync(id, cancellation).ConfigureAwait(false) ?? throw new RefusedCall(Problem.NotFound(Named(id)));
}
