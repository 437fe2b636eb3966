using System.Text.Json;
using Dragoman.Access.Credentials;
using Dragoman.Access.Directory;
using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary><c>keys</c>, <c>keys/{id}</c> and <c>keys/{id}/rotate</c>. The text of a key leaves this class once, in the answer.</summary>
internal sealed class KeyResource(Records records, Changes changes, TimeProvider clock) : IResource
{
    /// <summary>How far in the future a key may expire.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(36_500);

    /// <summary>How long a key may live after its rotation.</summary>
    private static readonly TimeSpan LongestKept = TimeSpan.FromDays(90);

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

        var id = path.Span[0];
        if (path.Length == 2 && path.Span[1] == "rotate")
        {
            return call.Method == "POST"
                ? RotateAsync(call, id, rights, cancellation)
                : throw new RefusedCall(Problem.Method(call.Path, call.Method, "POST"));
        }

        if (path.Length != 1)
            throw new RefusedCall(Problem.NotFound(AdministrationText.Resource(FreeText.Cut(call.Path))));
        return call.Method switch
        {
            "GET" => GetAsync(call, id, rights, cancellation),
            "PATCH" => UpdateAsync(call, id, rights, cancellation),
            "DELETE" => RevokeAsync(call, id, rights, cancellation),
            _ => throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET, PATCH, DELETE")),
        };
    }

    private static Wording Named(string id) => AdministrationText.Key(FreeText.Cut(id));

    private TeamKey Read(TeamKey present, BodyMembers body) => present with
    {
        Name = body.Text("name", present.Name, FreeText.NameMistake),
        Allow = body.Allow("allow", present.Allow),
        Limits = body.Limits("limits", present.Limits),
        Budgets = body.Budgets("budgets", present.Budgets),
        Tags = body.Tags("tags", present.Tags),
        ExpiresAt = ReadExpiry(present.ExpiresAt, body),
    };

    private DateTimeOffset? ReadExpiry(DateTimeOffset? present, BodyMembers body)
    {
        var now = Timestamp.Now(clock);
        var at = body.Time("expiresAt", present, now, LongestLife);
        var seconds = body.Number("expiresInSeconds", null, 1, (long)LongestLife.TotalSeconds);
        if (body.Has("expiresAt") && body.Has("expiresInSeconds"))
            body.Add("expiresInSeconds", MistakeText.NotWithExpiresAt);
        return seconds is { } wait ? now.AddSeconds(wait) : body.Has("expiresInSeconds") ? null : at;
    }

    private async Task<AdminAnswer> ListAsync(AdminCall call, Rights rights, CancellationToken cancellation)
    {
        var query = new QueryParameters(call, []);
        var limit = Reads.LimitOf(query);
        var after = query.After();
        var team = query.Text("team") ?? (rights.ReadsAll ? null : rights.LedTeam);
        query.End();
        await records.RequireTeamAsync(team, rights, cancellation).ConfigureAwait(false);
        var now = clock.GetUtcNow();
        return await Reads.PageAsync(
            limit,
            take => records.KeysAsync(team, after, take, cancellation),
            static key => key.Record.Id,
            (Utf8JsonWriter writer, (TeamKey Record, long Version) key) => StateJson.Write(writer, key.Record, now, text: null)).ConfigureAwait(false);
    }

    private async Task<AdminAnswer> GetAsync(AdminCall call, string id, Rights rights, CancellationToken cancellation)
    {
        var (key, version) = await FoundAsync(id, rights, cancellation).ConfigureAwait(false);
        return Reads.One(call, StateJson.Of(key, clock.GetUtcNow()), version);
    }

    private async Task<AdminAnswer> CreateAsync(AdminCall call, Rights rights, CancellationToken cancellation)
    {
        Team? team = null;
        TeamKey? created = null;
        var answer = await changes.MakeAsync(call, PlanAsync, cancellation).ConfigureAwait(false);
        await RevokeIfTeamIsGoneAsync(call, answer, team, created).ConfigureAwait(false);
        return answer;

        async Task<PlannedChange> PlanAsync(CancellationToken ending)
        {
            var request = new ChangeRequest(call);
            var teamId = request.Body.Required("team", call.Actor.Caller.Team, static text => Team.IsId(text) ? null : MistakeText.NoTeamId);
            var user = request.Body.Text("user", null, static text => User.IsId(text) ? null : MistakeText.NoUserId);
            var (text, key) = Draw(teamId);
            key = Read(key, request.Body) with { User = user };
            request.End();
            team = await records.RequireTeamInBodyAsync(teamId, rights, ending).ConfigureAwait(false);
            if (user is not null)
                await CheckUserAsync(key, rights, isNew: true, ending).ConfigureAwait(false);
            created = key;
            return Planned(text, key, "key.create");
        }
    }

    private Task<AdminAnswer> UpdateAsync(AdminCall call, string id, Rights rights, CancellationToken cancellation)
    {
        return changes.MakeAsync(call, PlanAsync, cancellation);

        async Task<PlannedChange> PlanAsync(CancellationToken ending)
        {
            var (present, version) = await ManagedAsync(id, rights, ending).ConfigureAwait(false);
            await CheckUserAsync(present, rights, isNew: false, ending).ConfigureAwait(false);
            Preconditions.RequireMatch(call, version);
            var request = new ChangeRequest(call);
            var changed = Read(present, request.Body);
            request.End();
            if (present.RevokedAt is not null)
                throw new RefusedCall(Problem.Conflict(AdministrationText.KeyRevoked(id)));
            var now = clock.GetUtcNow();
            var state = StateJson.Of(changed, now);
            ChangeRequest.CheckSize(state);
            return new(200, state, [Records.Put(changed, version)], [new("key.update", id, present.Team, StateJson.Of(present, now), state)]);
        }
    }

    private Task<AdminAnswer> RevokeAsync(AdminCall call, string id, Rights rights, CancellationToken cancellation)
    {
        return changes.MakeAsync(call, PlanAsync, cancellation);

        async Task<PlannedChange> PlanAsync(CancellationToken ending)
        {
            var (present, version) = await ManagedAsync(id, rights, ending).ConfigureAwait(false);
            Preconditions.RequireMatch(call, version);
            new ChangeRequest(call).End();
            var now = Timestamp.Now(clock);
            if (present.RevokedAt is not null)
                return PlannedChange.Nothing(StateJson.Of(present, now), version);
            var revoked = present with { RevokedAt = now };
            var state = StateJson.Of(revoked, now);
            return new(200, state, [Records.Put(revoked, version)], [new("key.revoke", id, present.Team, StateJson.Of(present, now), state)]);
        }
    }

    private async Task<AdminAnswer> RotateAsync(AdminCall call, string id, Rights rights, CancellationToken cancellation)
    {
        Team? team = null;
        TeamKey? created = null;
        var answer = await changes.MakeAsync(call, PlanAsync, cancellation).ConfigureAwait(false);
        await RevokeIfTeamIsGoneAsync(call, answer, team, created).ConfigureAwait(false);
        return answer;

        async Task<PlannedChange> PlanAsync(CancellationToken ending)
        {
            var (present, version) = await ManagedAsync(id, rights, ending).ConfigureAwait(false);
            await CheckUserAsync(present, rights, isNew: false, ending).ConfigureAwait(false);
            Preconditions.RequireMatch(call, version);
            var request = new ChangeRequest(call);
            var kept = request.Body.Number("keepOldSeconds", null, 0, (long)LongestKept.TotalSeconds) ?? 0;
            var expiry = ReadExpiry(present.ExpiresAt, request.Body);
            request.End();
            var now = Timestamp.Now(clock);
            if (present.RevokedAt is not null)
                throw new RefusedCall(Problem.Conflict(AdministrationText.KeyRevoked(id)));
            if (present.ReplacedBy is { } successor)
                throw new RefusedCall(Problem.Conflict(AdministrationText.KeyReplaced(id, successor)));
            if (expiry <= now)
                throw new RefusedCall(Problem.Conflict(AdministrationText.KeyHasExpired(id)));
            team = await records.TeamAsync(present.Team, ending).ConfigureAwait(false) is { } found
                ? found.Record
                : throw new RefusedCall(Problem.NotFound(AdministrationText.Team(present.Team)));
            var (text, drawn) = Draw(present.Team);
            created = present with { Id = drawn.Id, Hash = drawn.Hash, CreatedAt = now, ExpiresAt = expiry, First = present.First ?? id, Replaces = id, ReplacedBy = null };
            var end = now.AddSeconds(kept);
            var replaced = present with { ReplacedBy = created.Id, ExpiresAt = present.ExpiresAt < end ? present.ExpiresAt : end };
            var planned = Planned(text, created, "key.create");
            return planned with
            {
                Documents = [.. planned.Documents, Records.Put(replaced, version)],
                Audit = [.. planned.Audit, new("key.rotate", id, present.Team, StateJson.Of(present, now), StateJson.Of(replaced, now))],
            };
        }
    }

    /// <summary>A new key with its text.</summary>
    private (string Text, TeamKey Key) Draw(string team)
    {
        var text = KeyText.Create();
        var hash = new byte[KeyText.HashLength];
        KeyText.Hash(text, hash);
        return (text, new TeamKey(KeyText.IdOf(text).ToString(), team, hash, Timestamp.Now(clock)));
    }

    private PlannedChange Planned(string text, TeamKey key, string action)
    {
        var now = clock.GetUtcNow();
        var state = StateJson.Of(key, now);
        ChangeRequest.CheckSize(state);
        return new(201, state, [Records.Put(key, 0)], [new(action, key.Id, key.Team, default, state)])
        {
            ShownOnce = StateJson.Of(key, now, text),
            Location = $"keys/{key.Id}",
        };
    }

    private async Task RevokeIfTeamIsGoneAsync(AdminCall call, AdminAnswer answer, Team? team, TeamKey? created)
    {
        if (answer.IsReplay || await records.IsStillThereAsync(team!).ConfigureAwait(false))
            return;
        var now = Timestamp.Now(clock);
        if (await records.KeyAsync(created!.Id, CancellationToken.None).ConfigureAwait(false) is { Record.RevokedAt: null } present)
        {
            var revoked = present.Record with { RevokedAt = now };
            await changes.WriteAsync(
                [Records.Put(revoked, present.Version)],
                [new("key.revoke", created.Id, created.Team, StateJson.Of(present.Record, now), StateJson.Of(revoked, now))],
                call.Actor).ConfigureAwait(false);
        }

        throw new RefusedCall(Problem.Conflict(AdministrationText.TeamDeletedMeanwhile(created.Team)));
    }

    /// <summary>A key has the roles of its user, so that only who may give those may change it.</summary>
    private async Task CheckUserAsync(TeamKey key, Rights rights, bool isNew, CancellationToken cancellation)
    {
        if (key.User is null)
            return;
        var user = await records.UserAsync(key.Team, key.User, cancellation).ConfigureAwait(false);
        if (user is null && isNew)
            throw new RefusedCall(Problem.Invalid(Mistake.InBody("/user", MistakeText.NoUserOfTeam(key.Team))));
        rights.RequireRolesOf(user?.Record);
    }

    private async Task<(TeamKey Record, long Version)> ManagedAsync(string id, Rights rights, CancellationToken cancellation)
    {
        var found = await FoundAsync(id, rights, cancellation).ConfigureAwait(false);
        rights.RequireManager(found.Record.Team, Named(id));
        return found;
    }

    private async Task<(TeamKey Record, long Version)> FoundAsync(string id, Rights rights, CancellationToken cancellation) =>
        await records.KeyAsync(id, cancellation).ConfigureAwait(false) is { } found && rights.MayRead(found.Record.Team)
            ? found
            : throw new RefusedCall(Problem.NotFound(Named(id)));
}
