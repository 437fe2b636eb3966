using Dragoman.Access.Directory;
using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary>Whom a question about limits or budgets is about, with the scopes around it.</summary>
/// <param name="Organization">The organization.</param>
/// <param name="Team">The team; null if it is about the organization.</param>
/// <param name="UserId">The user's id, whether the user is stored or not; null for none.</param>
/// <param name="User">The user, if stored.</param>
/// <param name="Key">The key; null for none.</param>
/// <param name="Tag">The tag as <c>NAME=VALUE</c>; null for none.</param>
internal sealed record Subject(Organization Organization, Team? Team, string? UserId, User? User, TeamKey? Key, string? Tag)
{
    /// <summary>Reads <c>key</c>, or <c>team</c> and perhaps <c>user</c>, of a query. Neither of them is the organization.</summary>
    /// <param name="call">The call.</param>
    /// <param name="records">Where all of them are.</param>
    /// <param name="rights">What the caller may see.</param>
    /// <param name="mayHaveTag">Whether there may be a <c>tag</c>, alone or with <c>team</c>.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="RefusedCall">The query has a mistake, or the caller may not see what it names.</exception>
    public static async Task<Subject> ReadAsync(AdminCall call, Records records, Rights rights, bool mayHaveTag, CancellationToken cancellation)
    {
        var mistakes = new List<Mistake>();
        var query = new QueryParameters(call, mistakes);
        var (keyId, teamId, userId) = (query.Text("key"), query.Text("team"), query.Text("user"));
        if (keyId is not null && teamId is not null)
            mistakes.Add(Mistake.InQuery("key", MistakeText.NotWithTeam));
        else if (userId is not null && teamId is null)
            mistakes.Add(Mistake.InQuery("user", MistakeText.OnlyWithTeam));
        var tag = mayHaveTag ? query.Text("tag") : null;
        if (tag is not null && (keyId is not null || userId is not null))
            mistakes.Add(Mistake.InQuery("tag", MistakeText.AloneOrWithTeam));
        else if (tag is { Length: > 0 } && FreeText.LabelMistake(tag) is { } mistake)
            mistakes.Add(Mistake.InQuery("tag", mistake));
        query.End();

        var key = keyId is null ? null : await KeyAsync(records, keyId, rights, cancellation).ConfigureAwait(false);
        var team = (key?.Team ?? teamId) is { } id ? await TeamAsync(records, id, rights, cancellation).ConfigureAwait(false) : null;
        userId ??= key?.User;
        var user = userId is null ? null : (await records.UserAsync(team!.Id, userId, cancellation).ConfigureAwait(false))?.Record;
        return new((await records.OrganizationAsync(cancellation).ConfigureAwait(false)).Record, team, userId, user, key, tag);
    }

    private static async Task<TeamKey> KeyAsync(Records records, string id, Rights rights, CancellationToken cancellation) =>
        await records.KeyAsync(id, cancellation).ConfigureAwait(false) is { } found && rights.MayRead(found.Record.Team)
            ? found.Record
            : throw new RefusedCall(Problem.NotFound(AdministrationText.Key(FreeText.Cut(id))));

    private static async Task<Team> TeamAsync(Records records, string id, Rights rights, CancellationToken cancellation) =>
        rights.MayRead(id) && await records.TeamAsync(id, cancellation).ConfigureAwait(false) is { } found
            ? found.Record
            : throw new RefusedCall(Problem.NotFound(AdministrationText.Team(FreeText.Cut(id))));
}
